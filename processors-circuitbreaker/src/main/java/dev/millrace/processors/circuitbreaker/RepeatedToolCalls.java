package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A counter of equal tool rounds in a row: the same tool, the same arguments, the same result. Immutable.
 *
 * <p>A call is a payload, or the {@code item} of one, with a call id ({@code callId} or {@code call_id}), a {@code
 * name} and {@code args}, {@code arguments} or {@code input}. Its result has the same call id and a {@code result} or
 * {@code output}. All other events are ignored, so chunks between two rounds change nothing.
 *
 * @param open calls without a result, by call id; at most 64, the oldest are dropped
 * @param last the digest of the newest complete round; empty before the first
 * @param tool the tool of that round
 * @param count how many times in a row that round was seen
 */
record RepeatedToolCalls(Map<String, Call> open, String last, String tool, int count) {
    static final RepeatedToolCalls NONE = new RepeatedToolCalls(Map.of(), "", "", 0);
    private static final int MOST_OPEN = 64;

    /** A call without a result; the digest covers name and arguments. */
    record Call(String tool, String digest) {}

    RepeatedToolCalls {
        open = Collections.unmodifiableMap(new LinkedHashMap<>(open));
    }

    RepeatedToolCalls after(Event event) {
        JsonNode payload = event.payloadJson();
        JsonNode step = payload.path("item").isObject() ? payload.path("item") : payload;
        Optional<String> id =
                first(step, "callId", "call_id").filter(JsonNode::isTextual).map(JsonNode::textValue);
        if (id.isEmpty()) {
            return this;
        }
        Optional<JsonNode> arguments = first(step, "args", "arguments", "input");
        if (arguments.isPresent() && step.path("name").isTextual()) {
            String name = step.path("name").textValue();
            return called(id.get(), new Call(name, digest(name, text(arguments.get()))));
        }
        Call call = open.get(id.get());
        Optional<JsonNode> result = first(step, "result", "output");
        return call == null || result.isEmpty() ? this : answered(id.get(), call, text(result.get()));
    }

    /** The violation, if the newest round was seen {@code allowed} times in a row or more. */
    Optional<RuleViolation> exceeded(int allowed) {
        return count < allowed
                ? Optional.empty()
                : Optional.of(RuleViolation.of(
                        "repetition",
                        "the tool '" + tool + "' was called " + count
                                + " times in a row with the same arguments and the same result",
                        seen -> seen.put("tool", tool).put("count", count).put("limit", allowed)));
    }

    private RepeatedToolCalls called(String id, Call call) {
        Map<String, Call> next = new LinkedHashMap<>(open);
        next.remove(id);
        next.put(id, call);
        if (next.size() > MOST_OPEN) {
            next.remove(next.keySet().iterator().next());
        }
        return new RepeatedToolCalls(next, last, tool, count);
    }

    private RepeatedToolCalls answered(String id, Call call, String result) {
        Map<String, Call> next = new LinkedHashMap<>(open);
        next.remove(id);
        String round = digest(call.digest, result);
        return new RepeatedToolCalls(next, round, call.tool, round.equals(last) ? count + 1 : 1);
    }

    private static Optional<JsonNode> first(JsonNode step, String... names) {
        for (String name : names) {
            if (step.has(name)) {
                return Optional.of(step.get(name));
            }
        }
        return Optional.empty();
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.toString();
    }

    private static String digest(String first, String second) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(first.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0);
            sha.update(second.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha.digest(), 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
