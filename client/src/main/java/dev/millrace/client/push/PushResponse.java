package dev.millrace.client.push;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;

/**
 * What to answer a webhook with.
 *
 * @param status the HTTP status: 200 when the event is done with, 400, 401 or 413 for a request that is none of ours, 503
 *     when the sender is to try again
 * @param body a JSON object that says why, to be sent as {@code application/json} in UTF-8; it holds no secret
 */
public record PushResponse(int status, String body) {
    static PushResponse of(int status, String message) {
        return new PushResponse(
                status,
                JsonCodec.writeText(JsonNodeFactory.instance.objectNode().put("message", message)));
    }

    /** Whether the sender may forget the event. */
    public boolean isAccepted() {
        return status == 200;
    }
}
