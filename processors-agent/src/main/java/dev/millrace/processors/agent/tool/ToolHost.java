package dev.millrace.processors.agent.tool;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Obligation;
import dev.millrace.core.processor.ObligationRunner;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.tool.CallSlots.Slot;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import dev.millrace.processors.agent.tool.ToolHostState.Offer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * A processor that offers tools to the agents of its streams and runs their calls. Agent and host may be different
 * processes; all that they say to each other is in the log ({@link ToolEvent}).
 *
 * <ul>
 *   <li>It offers its tools when they differ from its newest offer in the stream: on the first event of a new stream,
 *       and after a start with other tools. Of one name, let one set of tools run at a time.
 *   <li>A call has a {@code tool-call-started} event before its code runs. If another host was first, the code does not
 *       run here.
 *   <li>A call of a tool that needs an approval runs only if the log has one for these arguments, whatever an offer or
 *       the request says; otherwise it fails.
 *   <li>If the process ends during a call: a call of a {@link Tool#once} tool gets {@code tool-call-outcome-unknown},
 *       another one runs again, three times at most.
 *   <li>A call that has a start is not run again if it is requested again. A fork does not run the calls that were
 *       requested before it.
 *   <li>Of several ends the log keeps the host's first one.
 *   <li>A call that may not run yet because of a limit waits without a start; first come, first served. It is not
 *       started later than ten seconds after the time limit of its tool has passed since the request.
 * </ul>
 *
 * <p>It runs under a lease by default, so several processes may run it: one acts, the others stand by. One instance can
 * serve many streams; the limits of calls hold for all of them together. Thread-safe.
 *
 * @since 0.1
 */
public final class ToolHost implements Processor<ToolHostState>, AutoCloseable {
    /** The highest number of calls at the same time, if nothing else is set. */
    public static final int DEFAULT_PARALLEL = 32;

    private static final String DEFAULT_NAME = "tools";
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final int MOST_STARTS = 3;

    /** Of more streams, those that were quiet for longest get a change of the tools with their next event. */
    private static final int MOST_FOLLOWED = 10_000;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final EventCatalog EVENTS = ToolEvent.catalog();

    private final String name;
    private final HostTools tools;
    private final Timers timers;
    private final Executor executor;
    private final CallSlots slots;
    private final CallTable<CompletableFuture<Optional<Slot>>> waiting = new CallTable<>();
    private final CallTable<RunningCall> running = new CallTable<>();
    private final Map<StreamPath, Effects<ToolHostState>> followed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamPath, Effects<ToolHostState>> eldest) {
            return size() > MOST_FOLLOWED;
        }
    };
    private final ApprovalDecisions approvals = new ApprovalDecisions(this);
    private final ObligationRunner<ToolHostState> once;
    private final ObligationRunner<ToolHostState> repeatable;

    private ToolHost(Builder builder) {
        this.name = builder.name;
        this.timers = builder.timers;
        this.tools = new HostTools(name, builder.tools, builder.sources, timers, this::offerAgain);
        this.executor = builder.executor;
        this.slots = new CallSlots(builder.parallel, executor);
        ObligationRunner.Attempts<ToolHostState> attempts =
                (duty, path, task) -> new CallAttempt(this, duty, path, task);
        BiFunction<Obligation, String, Object> lost = this::lost;
        this.once = ObligationRunner.contended(1, slug() + "/once", attempts, lost);
        this.repeatable = ObligationRunner.contended(MOST_STARTS, slug() + "/call", attempts, lost);
    }

    /**
     * A host with the name {@code tools}. If a stream has several hosts, {@linkplain #named name} them.
     *
     * @throws IllegalArgumentException as {@link Builder#tool}
     */
    public static ToolHost of(Tool<?>... tools) {
        return of(Arrays.asList(tools));
    }

    /** As {@link #of(Tool...)}. */
    public static ToolHost of(Collection<? extends Tool<?>> tools) {
        return named(DEFAULT_NAME).tools(tools).build();
    }

    /**
     * A builder of a host.
     *
     * @param name 1 to 40 characters of {@code a-z 0-9 -}, unique among the hosts of a stream, the same in all versions
     * @throws IllegalArgumentException if it is not valid
     */
    public static Builder named(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of an agent or of a tool host must have 1 to 40 characters of a-z 0-9 -, got '" + name
                            + "'");
        }
        return new Builder(name);
    }

    private Object lost(Obligation duty, String why) {
        ToolOutcomes outcomes = new ToolOutcomes(CallRef.parse(duty.id()), name);
        return duty.inDoubt() ? outcomes.unknown(why) : outcomes.skipped("it was not started in time: " + why);
    }

    /** The name of this host in events. */
    public String name() {
        return name;
    }

    @Override
    public String slug() {
        return "tool-host." + name;
    }

    @Override
    public Optional<Duration> lease() {
        return Optional.of(LEASE);
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public ToolHostState initialState() {
        return ToolHostState.EMPTY;
    }

    @Override
    public ToolHostState reduce(ToolHostState state, Event event) {
        return ToolHostReducer.reduce(name, state, event);
    }

    @Override
    public CompletionStage<Void> afterAppend(ToolHostState state, Event event, Effects<ToolHostState> effects) {
        if (effects.delivery().catchingUp()) {
            return Effects.none(); // later events may show that it is done; onCaughtUp follows
        }
        ToolHostState newest = effects.current();
        if (event.payload() instanceof OfCall) {
            tidy(newest, effects.path());
        }
        approvals.pursue(newest, effects);
        once.pursue(newest.once(), effects);
        repeatable.pursue(newest.repeatable(), effects);
        return offerHere(newest, event.offset(), effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(ToolHostState state, Effects<ToolHostState> effects) {
        tidy(state, effects.path());
        approvals.pursue(state, effects);
        once.reconcile(state.once(), effects);
        repeatable.reconcile(state.repeatable(), effects);
        return offerHere(state, state.first(), effects);
    }

    /** Stops to wait for calls that have ended, and tells running calls that they are cancelled. */
    private void tidy(ToolHostState state, StreamPath path) {
        waiting.take(path, id -> !state.isOpen(id)).forEach(turn -> turn.complete(Optional.empty()));
        approvals.forget(state, path);
        for (String id : state.cancelled()) {
            Optional.ofNullable(state.once().open().get(id))
                    .or(() -> Optional.ofNullable(state.repeatable().open().get(id)))
                    .flatMap(call -> running.get(path, call))
                    .ifPresent(RunningCall::cancel);
        }
    }

    private CompletionStage<Void> offerHere(ToolHostState state, long cause, Effects<ToolHostState> effects) {
        if (tools.canChange()) {
            synchronized (followed) {
                followed.put(effects.path(), effects);
            }
            tools.start();
        }
        return offer(state, cause, effects);
    }

    /** The tools have changed: offers them in all streams that are followed. */
    private void offerAgain() {
        List<Effects<ToolHostState>> all;
        synchronized (followed) {
            all = List.copyOf(followed.values());
        }
        for (Effects<ToolHostState> effects : all) {
            ToolHostState state = effects.current();
            // If it cannot be stored, or the run has ended, the next event or the next run offers them.
            executor.execute(() -> {
                var unused = offer(state, state.first(), effects);
            });
        }
    }

    private CompletionStage<Void> offer(ToolHostState state, long cause, Effects<ToolHostState> effects) {
        Optional<HostTools.Snapshot> known = tools.current();
        if (known.isEmpty() || cause == 0) {
            return Effects.none();
        }
        CompletionStage<Long> offered = offer(known.get(), state, cause, effects);
        List<ToolSource> missing = tools.missing();
        return missing.isEmpty()
                ? Effects.done(offered)
                : offered.thenCompose(at ->
                        Effects.done(effects.append(new MissingTools(name, missing).draft(at, cause, effects.path()))));
    }

    /** Offers the tools if the newest offer differs; gives the offset of the offer that has them, 0 if there is none. */
    private CompletionStage<Long> offer(
            HostTools.Snapshot known, ToolHostState state, long cause, Effects<ToolHostState> effects) {
        String hash = known.hash();
        long at = state.offer().map(Offer::at).orElse(0L);
        boolean isOffered = state.offer()
                .map(offer -> offer.hash().equals(hash))
                .orElse(known.offers().isEmpty());
        if (isOffered) {
            return CompletableFuture.completedFuture(at);
        }
        EventInput offer = EventInput.builder()
                .from(EventInput.of(new ToolsOffered(name, hash, known.offers())))
                .idempotencyKey("tools-offered@" + effects.path() + ":" + at + "/" + name + "/" + hash)
                .build();
        return effects.append(EventDraft.of(offer).because(cause)).thenApply(AppendResult::offset);
    }

    /** The tool with this name; if it is not known, this waits for the first list of all tools. */
    CompletableFuture<Optional<Tool<?>>> tool(String wanted) {
        return tools.find(wanted).isPresent()
                ? CompletableFuture.completedFuture(tools.find(wanted))
                : tools.firstList().thenApply(nothing -> tools.find(wanted));
    }

    /** Stops the {@linkplain Builder#source sources} of tools. A host without them needs no close. */
    @Override
    public void close() {
        tools.close();
    }

    ApprovalDecisions approvals() {
        return approvals;
    }

    Timers timers() {
        return timers;
    }

    Executor executor() {
        return executor;
    }

    CallSlots slots() {
        return slots;
    }

    CallTable<CompletableFuture<Optional<Slot>>> waiting() {
        return waiting;
    }

    CallTable<RunningCall> running() {
        return running;
    }

    @Override
    public String toString() {
        return slug() + " " + tools;
    }

    /** A builder of a host. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final Map<String, Tool<?>> tools = new LinkedHashMap<>();
        private final List<ToolSource> sources = new ArrayList<>();
        private int parallel = DEFAULT_PARALLEL;
        private Timers timers = Timers.system();
        private Executor executor = ProcessorRunner.sharedThreads();

        private Builder(String name) {
            this.name = name;
        }

        /**
         * Adds a tool.
         *
         * @throws IllegalArgumentException if there is one with this name, or if there are {@value ToolsOffered#MOST}
         */
        public Builder tool(Tool<?> tool) {
            if (tools.size() == ToolsOffered.MOST) {
                throw new IllegalArgumentException(
                        "a tool host has at most " + ToolsOffered.MOST + " tools; put " + tool + " into another host");
            }
            if (tools.putIfAbsent(tool.name(), tool) != null) {
                throw new IllegalArgumentException(
                        "two tools of host '" + name + "' have the name '" + tool.name() + "'; rename one");
            }
            return this;
        }

        /** Adds tools, as {@link #tool}. */
        public Builder tools(Collection<? extends Tool<?>> more) {
            more.forEach(this::tool);
            return this;
        }

        /**
         * Adds the tools of a source. The host starts it when it begins to act on a stream; {@link ToolHost#close} stops
         * it. Of two tools with one name, the first is offered.
         */
        public Builder source(ToolSource source) {
            sources.add(source);
            return this;
        }

        /**
         * The highest number of calls at the same time, over all tools and streams; {@value ToolHost#DEFAULT_PARALLEL}
         * by default. More calls wait.
         *
         * @throws IllegalArgumentException if it is not 1 or more
         */
        public Builder parallel(int calls) {
            if (calls < 1) {
                throw new IllegalArgumentException("parallel must be 1 or more, got " + calls);
            }
            parallel = calls;
            return this;
        }

        /** Clock and timers, for time limits; those of the system by default. */
        public Builder timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /**
         * The threads of the tools, which may block; the shared threads of runners by default. It must have a thread
         * for each call at the same time, and must not reject tasks.
         */
        public Builder executor(Executor newExecutor) {
            executor = newExecutor;
            return this;
        }

        /** Builds the host. */
        public ToolHost build() {
            return new ToolHost(this);
        }
    }
}
