package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.nio.charset.StandardCharsets;

/** The text with which the model reads how a call ended. */
final class CallResult {
    /** The result of a call that was never run, for example because the response was cut off. */
    static final String NOT_RUN = "The call was not executed.";

    /** The longest result, in bytes of UTF-8. */
    static final int MOST_BYTES = 65_536;

    private CallResult() {}

    /** The text of an event that ends a call; empty for other events. */
    static String of(ToolEvent payload) {
        if (payload instanceof ToolEvent.CallCompleted completed) {
            return cut(text(completed.result()));
        }
        if (payload instanceof ToolEvent.CallFailed failed) {
            return cut(text(failed.result()));
        }
        if (payload instanceof ToolEvent.CallSkipped skipped) {
            return cut("The call was not executed: " + skipped.reason());
        }
        if (payload instanceof ToolEvent.CallOutcomeUnknown unknown) {
            return cut("The outcome of the call is unknown; it may have been executed. Do not repeat it before you have"
                    + " checked. Reason: " + unknown.reason());
        }
        if (payload instanceof ToolEvent.ApprovalDenied denied) {
            return cut("The call was not executed: " + denied.by().name() + " denied it"
                    + denied.reason().map(reason -> ": " + reason).orElse("."));
        }
        return payload instanceof ToolEvent.ApprovalExpired
                ? "The call was not executed: it was not approved in time."
                : "";
    }

    /** What the model reads before the result of a call whose arguments were changed. */
    static String edited(ToolEvent.CallEdited edited) {
        return "[Before the call, " + edited.by().name() + " changed the arguments to "
                + JsonCodec.writeText(edited.arguments()) + "]\n";
    }

    private static String text(JsonNode result) {
        return result.isTextual() ? result.asText() : JsonCodec.writeText(result);
    }

    private static String cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MOST_BYTES) {
            return text;
        }
        int end = MOST_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8) + "\n[cut: the result had " + bytes.length
                + " bytes; this is the beginning]";
    }
}
