package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.payload.StrictPayload;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a model may call: a name, a record of arguments, and code. A {@link ToolHost} offers it and runs its
 * calls.
 *
 * <pre>{@code
 * record Refund(String id, @Description("euros") BigDecimal amount) {}
 *
 * Tool.of("refund", Refund.class, (refund, call) -> till.refund(refund, call.idempotencyKey()))
 *         .description("Pays an order back.")
 *         .within(Duration.ofSeconds(20))
 *         .approval(refund -> refund.amount().compareTo(TEN) > 0, Duration.ofDays(2))
 * }</pre>
 *
 * <p>The model reads the JSON schema of the record: each component is required, an {@link Optional} may be null, and
 * {@link Description} explains. Arguments are read strictly, as by {@link StrictPayload}; what does not fit goes back
 * to the model. So a check in the constructor of the record, with a good message, is a rule that the model learns.
 *
 * <p>What the code returns is the result for the model: a text as it is, another value as JSON, nothing as a sentence
 * that it is done. It may return a {@link java.util.concurrent.CompletionStage} of these. An exception is a failed call;
 * the model reads its message. A result of more than {@value ToolOutcomes#MOST_RESULT_BYTES} bytes is cut.
 *
 * <p>The code runs on a thread that may block. A call is run twice only if its process ended before its result was in
 * the log, and only if the tool is {@link #readOnly} or {@link #idempotent}; the default is {@link #once}. Immutable:
 * each method returns another tool. Thread-safe if the code is.
 *
 * @param <A> the record of arguments
 * @since 0.1
 */
public final class Tool<A> {
    /**
     * The code of a tool.
     *
     * @param <A> the record of arguments
     * @param <R> the result
     */
    @FunctionalInterface
    public interface Body<A, R extends @Nullable Object> {
        /**
         * Runs a call.
         *
         * @return the result for the model
         * @throws Exception any failure; the model reads its message
         */
        R run(A arguments) throws Exception;
    }

    /**
     * The code of a tool that uses the call.
     *
     * @param <A> the record of arguments
     * @param <R> the result
     */
    @FunctionalInterface
    public interface CallBody<A, R extends @Nullable Object> {
        /**
         * Runs a call.
         *
         * @return the result for the model
         * @throws Exception any failure; the model reads its message
         */
        R run(A arguments, ToolCall call) throws Exception;
    }

    private final OfferedTool offer;
    private final ArgumentsReader<A> reader;
    private final CallBody<A, ?> body;
    private final OptionalInt parallel;
    private final Optional<Predicate<? super A>> condition;

    private Tool(
            OfferedTool offer,
            ArgumentsReader<A> reader,
            CallBody<A, ?> body,
            OptionalInt parallel,
            Optional<Predicate<? super A>> condition) {
        this.offer = offer;
        this.reader = reader;
        this.body = body;
        this.parallel = parallel;
        this.condition = condition;
    }

    /**
     * A tool.
     *
     * @param name 1 to 64 characters of {@code A-Z a-z 0-9 _ -}
     * @param arguments a record
     * @throws IllegalArgumentException if the name is not valid, or the class is not a record
     */
    public static <A, R extends @Nullable Object> Tool<A> of(String name, Class<A> arguments, Body<A, R> body) {
        Objects.requireNonNull(body, "body");
        CallBody<A, R> withCall = (read, call) -> body.run(read);
        return of(name, arguments, withCall);
    }

    /** As {@link #of(String, Class, Body)}, for code that uses the call, for example its idempotency key. */
    public static <A, R extends @Nullable Object> Tool<A> of(String name, Class<A> arguments, CallBody<A, R> body) {
        if (!arguments.isRecord()) {
            throw new IllegalArgumentException("the arguments of tool '" + name + "' must be a record, got "
                    + arguments.getName() + "; declare one: record Arguments(String text) {}");
        }
        Description description = arguments.getAnnotation(Description.class);
        OfferedTool offer = new OfferedTool(
                name,
                Optional.ofNullable(description).map(Description::value),
                ToolSchema.of(arguments),
                Optional.of(SideEffect.ONCE),
                Optional.of(OfferedTool.DEFAULT_TIMEOUT),
                Optional.of(ApprovalMode.NEVER),
                Optional.empty());
        return new Tool<>(
                offer,
                ArgumentsReader.of(StrictPayload.of(arguments).acceptingNull()),
                Objects.requireNonNull(body, "body"),
                OptionalInt.empty(),
                Optional.empty());
    }

    /**
     * A tool whose arguments are described by a JSON schema, for example one of another program. The agent checks the
     * arguments against the types, objects, arrays, enums and bounds of the schema; the code gets them as the model wrote
     * them.
     *
     * @param name 1 to 64 characters of {@code A-Z a-z 0-9 _ -}
     * @param schema the schema of an object; it goes to the model as it is
     * @throws IllegalArgumentException if the name is not valid, or the schema is no object
     */
    public static <R extends @Nullable Object> Tool<JsonNode> of(
            String name, JsonNode schema, CallBody<JsonNode, R> body) {
        OfferedTool offer = new OfferedTool(
                name,
                Optional.empty(),
                schema.deepCopy(),
                Optional.of(SideEffect.ONCE),
                Optional.of(OfferedTool.DEFAULT_TIMEOUT),
                Optional.of(ApprovalMode.NEVER),
                Optional.empty());
        return new Tool<>(
                offer,
                arguments -> arguments,
                Objects.requireNonNull(body, "body"),
                OptionalInt.empty(),
                Optional.empty());
    }

    /**
     * The tools of the methods with {@link ToolMethod} of an object, in the order of their names.
     *
     * @throws IllegalArgumentException if there are none, or one has other parameters than a record and a {@link
     *     ToolCall}
     */
    public static List<Tool<?>> allOf(Object bean) {
        return ToolMethods.of(bean);
    }

    /** What the tool does, for the model. It replaces the {@link Description} of the record. */
    public Tool<A> description(String text) {
        return with(new OfferedTool(
                offer.name(),
                Optional.of(text),
                offer.parameters(),
                offer.effect(),
                offer.timeout(),
                offer.approval(),
                offer.approvalTimeout()));
    }

    /** It changes nothing: a call that was interrupted runs again. */
    public Tool<A> readOnly() {
        return effect(SideEffect.READ_ONLY);
    }

    /**
     * A second run with the same {@link ToolCall#idempotencyKey} changes nothing more: a call that was interrupted runs
     * again.
     */
    public Tool<A> idempotent() {
        return effect(SideEffect.IDEMPOTENT);
    }

    /**
     * It must not run twice: of a call that was interrupted, or did not end in time, the outcome is unknown, and the
     * model is told so. The default.
     */
    public Tool<A> once() {
        return effect(SideEffect.ONCE);
    }

    Tool<A> effect(SideEffect effect) {
        return with(new OfferedTool(
                offer.name(),
                offer.description(),
                offer.parameters(),
                Optional.of(effect),
                offer.timeout(),
                offer.approval(),
                offer.approvalTimeout()));
    }

    /**
     * The longest time of a call, positive; 60 s by default. Then its thread is interrupted and the call ends.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Tool<A> within(Duration limit) {
        return with(new OfferedTool(
                offer.name(),
                offer.description(),
                offer.parameters(),
                offer.effect(),
                Optional.of(limit),
                offer.approval(),
                offer.approvalTimeout()));
    }

    /**
     * The highest number of calls at the same time in this process, over all streams; by default only the limit of the
     * host holds. More calls wait.
     *
     * @throws IllegalArgumentException if it is not 1 or more
     */
    public Tool<A> parallel(int calls) {
        if (calls < 1) {
            throw new IllegalArgumentException("parallel of tool '" + name() + "' must be 1 or more, got " + calls);
        }
        return new Tool<>(offer, reader, body, OptionalInt.of(calls), condition);
    }

    /** Each call waits for an approval, at most seven days. */
    public Tool<A> approval() {
        return approval(OfferedTool.DEFAULT_APPROVAL_TIMEOUT);
    }

    /**
     * Each call waits for an approval.
     *
     * @param limit how long, positive
     */
    public Tool<A> approval(Duration limit) {
        return approving(ApprovalMode.ALWAYS, limit, Optional.empty());
    }

    /**
     * A call waits for an approval if the condition is true, if it throws, or if it takes longer than the tool may. It
     * is asked once for each call, on a thread that may block.
     *
     * @param limit how long a call waits, positive
     */
    public Tool<A> approval(Predicate<? super A> when, Duration limit) {
        return approving(ApprovalMode.CONDITIONAL, limit, Optional.of(when));
    }

    private Tool<A> approving(ApprovalMode mode, Duration limit, Optional<Predicate<? super A>> when) {
        OfferedTool asking = new OfferedTool(
                offer.name(),
                offer.description(),
                offer.parameters(),
                offer.effect(),
                offer.timeout(),
                Optional.of(mode),
                Optional.of(limit));
        return new Tool<>(asking, reader, body, parallel, when);
    }

    private Tool<A> with(OfferedTool newOffer) {
        return new Tool<>(newOffer, reader, body, parallel, condition);
    }

    /** The name. */
    public String name() {
        return offer.name();
    }

    /** The tool as a host offers it. */
    public OfferedTool offer() {
        return offer;
    }

    OptionalInt mostParallel() {
        return parallel;
    }

    /** Whether a call with these arguments waits for an approval, as far as its host decides. */
    boolean needsApproval(JsonNode arguments) {
        return condition.isEmpty() || condition.get().test(read(arguments));
    }

    /**
     * The code of one call.
     *
     * @throws BadArguments if the arguments do not fit the record
     */
    ToolRun bind(JsonNode arguments) {
        A read = read(arguments);
        return call -> body.run(read, call);
    }

    private A read(JsonNode arguments) {
        return reader.read(arguments);
    }

    /** Reads the arguments of a call. */
    @FunctionalInterface
    private interface ArgumentsReader<A> {
        /** @throws BadArguments if they do not fit */
        A read(JsonNode arguments);

        static <A> ArgumentsReader<A> of(StrictPayload<A> payload) {
            return arguments -> {
                StrictPayload.Result<A> read = payload.read(arguments);
                return read.value()
                        .orElseThrow(() -> new BadArguments(read.problems().stream()
                                .map(problem -> problem.replaceFirst("^payload", "arguments"))
                                .collect(Collectors.joining("\n"))));
            };
        }
    }

    /** The code of a call with its arguments. */
    interface ToolRun {
        @Nullable Object run(ToolCall call) throws Exception;
    }

    /** Arguments that do not fit; the message has a line for each problem. */
    static final class BadArguments extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadArguments(String problems) {
            super(problems);
        }
    }

    @Override
    public String toString() {
        return "tool '" + name() + "'";
    }
}
