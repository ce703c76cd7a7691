package dev.millrace.client.push;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;

/**
 * The answer to a webhook.
 *
 * @param status the HTTP status: 200 if the event is done, 400, 401 or 413 for a wrong request, 503 if the sender has
 *     to deliver the event again
 * @param body a JSON object with the reason, to be sent as {@code application/json} in UTF-8; it holds no secret
 * @since 0.1
 */
public record PushResponse(int status, String body) {
    static PushResponse of(int status, String message) {
        return new PushResponse(
                status,
                JsonCodec.writeText(JsonNodeFactory.instance.objectNode().put("message", message)));
    }

    /** True if the event is done, so that the sender need not deliver it again. */
    public boolean isAccepted() {
        return status == 200;
    }
}
