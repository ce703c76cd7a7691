package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallSkipped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The events with which a host ends a call, and their texts. */
record ToolOutcomes(CallRef call, String host) {
    /** The longest result in bytes of UTF-8; a longer one is cut. */
    static final int MOST_RESULT_BYTES = 65_536;

    private static final int MOST_MESSAGE = 2_000;
    private static final String DONE = "Done; there is no result.";

    ToolEvent completed(@Nullable Object value) {
        if (value == null) {
            return completedWith(TextNode.valueOf(DONE));
        }
        try {
            return completedWith(cut(JsonCodec.toTree(value)));
        } catch (IllegalArgumentException | StackOverflowError wrong) {
            return failed(
                    "The tool has ended, but its result cannot be written as JSON.", // a map that holds itself, for
                    // example
                    "the result, of " + value.getClass().getName() + ", cannot be written as JSON: " + message(wrong));
        }
    }

    private ToolEvent completedWith(JsonNode result) {
        return new CallCompleted(call.requestId(), call.callId(), Optional.of(host), result);
    }

    ToolEvent failed(Throwable failure) {
        return failed(
                "The tool failed: " + message(failure),
                failure.getMessage() == null
                        ? failure.getClass().getName()
                        : failure.getClass().getName() + ": " + message(failure));
    }

    ToolEvent badArguments(Tool.BadArguments problems) {
        return failed(
                "The arguments do not fit; correct them and call again:\n" + message(problems), message(problems));
    }

    /** The log has no approval for a call whose tool needs one. */
    ToolEvent notApproved(Tool<?> tool) {
        return failed(
                "The call was not executed: the tool '" + tool.name()
                        + "' needs an approval, and this call has none. Call it again to ask for one.",
                "the log has no tool-approval-granted for this callId and argumentsHash that counts, and the tool '"
                        + tool.name() + "' of host '" + host + "' needs an approval ("
                        + tool.offer().approvalOrNever().name().toLowerCase(Locale.ROOT)
                        + "). Either its offer was changed meanwhile, or"
                        + " another caller wrote one in its place: look at the newest tools-offered of the host, and at"
                        + " who wrote tool-call-requested. A grant from before a fork does not count in the fork");
    }

    ToolEvent timedOut(SideEffect effect, Duration limit) {
        return effect == SideEffect.ONCE
                ? unknown("it did not end within " + limit)
                : failed("The tool did not end within " + limit + " and was stopped.", "timed out after " + limit);
    }

    ToolEvent unknown(String reason) {
        return new CallOutcomeUnknown(call.requestId(), call.callId(), Optional.of(host), shorten(reason));
    }

    ToolEvent skipped(String reason) {
        return new CallSkipped(call.requestId(), call.callId(), Optional.of(host), reason);
    }

    private ToolEvent failed(String result, String error) {
        return new CallFailed(call.requestId(), call.callId(), Optional.of(host), TextNode.valueOf(result), error);
    }

    private static String message(Throwable failure) {
        return shorten(
                failure.getMessage() == null || failure.getMessage().isBlank()
                        ? failure.getClass().getSimpleName()
                        : failure.getMessage());
    }

    private static String shorten(String text) {
        if (text.length() <= MOST_MESSAGE) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MOST_MESSAGE - 1)) ? MOST_MESSAGE - 1 : MOST_MESSAGE;
        return text.substring(0, end) + "…";
    }

    private static JsonNode cut(JsonNode result) {
        byte[] bytes =
                result.isTextual() ? result.textValue().getBytes(StandardCharsets.UTF_8) : JsonCodec.write(result);
        if (bytes.length <= MOST_RESULT_BYTES) {
            return result;
        }
        int end = MOST_RESULT_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--; // not inside a character
        }
        return TextNode.valueOf(new String(bytes, 0, end, StandardCharsets.UTF_8)
                + String.format(
                        Locale.ROOT, "\n[cut: the result had %,d bytes; the first %,d are above]", bytes.length, end));
    }
}
