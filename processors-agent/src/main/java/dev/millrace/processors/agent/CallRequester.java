package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.OpenCall.Step;
import dev.millrace.processors.agent.internal.ArgumentsCheck;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Makes the event with which a call goes on: a request to the hosts, a request for an approval, or a failure if the model
 * wrote arguments that do not fit or named an unknown tool. Arguments and schemas are read from the log.
 */
final class CallRequester {
    private static final int HASH_BYTES = 16;

    private final PromptReader.Pages pages;
    private final ToolOffers tools;
    private final Instant now;

    CallRequester(PromptReader.Pages pages, ToolOffers tools, Instant now) {
        this.pages = pages;
        this.tools = tools;
        this.now = now;
    }

    /** The next event of a call that the model asked for, or that is approved. */
    CompletableFuture<EventDraft> next(OpenCall call) {
        Optional<ToolOffers.Terms> terms = tools.terms(call.name());
        Optional<Long> schema = tools.schemaOf(call.name());
        if (terms.isEmpty() || schema.isEmpty()) {
            return CompletableFuture.completedFuture(failed(call, unknownTool(call.name()), "unknown tool"));
        }
        long offset = call.edited() == 0 ? call.itemOffset() : call.edited();
        return event(offset).thenCombine(event(schema.get()), (written, offer) -> {
            JsonNode parameters = parameters(offer, call.name());
            return arguments(written)
                    .map(arguments ->
                            next(call, terms.get(), ArgumentsCheck.completed(parameters, arguments), parameters))
                    .orElseGet(() -> failed(
                            call, "The arguments are not a JSON object.", "the arguments are not a JSON object"));
        });
    }

    private EventDraft next(OpenCall call, ToolOffers.Terms terms, JsonNode arguments, JsonNode parameters) {
        // A person approved what was checked before. The schema may be newer; the host reads the arguments itself.
        boolean isChecked = call.step() == Step.APPROVED && call.edited() == 0;
        List<String> problems = isChecked ? List.of() : ArgumentsCheck.problems(parameters, arguments);
        if (!problems.isEmpty()) {
            String problem = String.join("; ", problems);
            return failed(call, "The arguments do not fit: " + problem, problem);
        }
        boolean asks = call.step() == Step.CALLED && terms.approval() != ApprovalMode.NEVER;
        String hash = call.approval().map(OpenCall.Approval::argumentsHash).orElseGet(() -> hash(arguments));
        ToolEvent event = asks
                ? new ToolEvent.ApprovalRequested(
                        call.requestId(),
                        call.callId(),
                        call.name(),
                        arguments,
                        hash,
                        ToolEvent.ApprovalRequested.summaryOf(call.name(), arguments),
                        now.plus(terms.approvalTimeout()).truncatedTo(ChronoUnit.MILLIS),
                        terms.approval() == ApprovalMode.CONDITIONAL ? Optional.of(true) : Optional.empty())
                : new ToolEvent.CallRequested(
                        call.requestId(), call.callId(), call.name(), arguments, hash, terms.effect());
        return draft(call, event);
    }

    static EventDraft draft(OpenCall call, ToolEvent event) {
        return draft(call, event, call.newest());
    }

    /**
     * An event about a call. Each step of a call has one key, whatever the event: of two decisions at once, for example
     * to skip the call and to request it, the first is stored, and the other one gets it back.
     */
    static EventDraft draft(OpenCall call, ToolEvent event, long because) {
        EventInput keyed = EventInput.builder()
                .from(EventInput.of(event))
                .idempotencyKey("agent/call@" + call.requestId() + "/" + call.callId() + ":" + call.newest())
                .build();
        return EventDraft.of(keyed).because(because);
    }

    private static EventDraft failed(OpenCall call, String result, String error) {
        return draft(
                call,
                new ToolEvent.CallFailed(
                        call.requestId(), call.callId(), Optional.empty(), TextNode.valueOf(result), error));
    }

    private String unknownTool(String name) {
        List<String> names = tools.names();
        String known = names.isEmpty() ? "There are no tools." : "The tools are: " + String.join(", ", names) + ".";
        boolean wraps = name.equals("parallel") || name.endsWith(".parallel");
        return "There is no tool '" + name + "'; nothing was executed. " + known
                + (wraps ? " To run several at once, call each of them directly in one response." : "");
    }

    private CompletableFuture<Optional<Event>> event(long offset) {
        ReadRange one = ReadRange.builder()
                .afterOffset(offset - 1)
                .beforeOffset(offset + 1)
                .limit(1)
                .build();
        return pages.apply(one).thenApply(events -> events.stream().findFirst());
    }

    /** The arguments as the model or a person wrote them; a model may leave them empty. */
    private static Optional<JsonNode> arguments(Optional<Event> written) {
        Object payload = written.<Object>map(Event::payload).orElse("");
        if (payload instanceof ToolEvent.CallEdited edited) {
            return Optional.of(edited.arguments());
        }
        if (!(payload instanceof ItemCompleted item) || !(item.item() instanceof ToolCall call)) {
            return Optional.empty();
        }
        if (call.arguments().isBlank()) {
            return Optional.of(JsonNodeFactory.instance.objectNode());
        }
        try {
            return Optional.of(JsonCodec.parse(call.arguments())).filter(JsonNode::isObject);
        } catch (IllegalArgumentException noJson) {
            return Optional.empty();
        }
    }

    private static JsonNode parameters(Optional<Event> offer, String name) {
        return offer.map(Event::payload)
                .filter(ToolsOffered.class::isInstance)
                .map(ToolsOffered.class::cast)
                .flatMap(offered -> offered.tools().stream()
                        .filter(tool -> tool.name().equals(name))
                        .map(OfferedTool::parameters)
                        .findFirst())
                .orElseGet(JsonNodeFactory.instance::objectNode);
    }

    /** A hash that does not depend on the order of fields. */
    static String hash(JsonNode arguments) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(sorted(arguments).toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is in every JDK", impossible);
        }
    }

    private static JsonNode sorted(JsonNode value) {
        if (value.isObject()) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            value.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            object.setAll(fields);
            return object;
        }
        if (value.isArray()) {
            var array = JsonNodeFactory.instance.arrayNode();
            value.forEach(item -> array.add(sorted(item)));
            return array;
        }
        return value;
    }
}
