package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.ParsedInput;
import dev.millrace.server.internal.http.HttpErrorException;

/**
 * The optional {@code {event, path?}} around an event. An object with any other key beside its {@code event} is not an
 * envelope: it is somebody's body that happens to have such a key, and stays whole.
 *
 * @param url the stream that the URL names; it decides, and a different path in an envelope is refused
 */
record EventEnvelope(StreamPath url) {
    /** The event inside, or the whole value when it is not an envelope. */
    ParsedInput strip(ParsedInput value) {
        return value.envelope()
                .map(envelope -> {
                    envelope.path().ifPresent(path -> check(JsonCodec.parse(path)));
                    return envelope.event();
                })
                .orElse(value);
    }

    private void check(JsonNode path) {
        boolean same = false;
        try {
            same = path.isTextual() && StreamPath.of(path.textValue()).equals(url);
        } catch (IllegalArgumentException e) {
            // not a path at all, so not this one
        }
        if (!same) {
            throw HttpErrorException.badRequest(
                    "path", "the body says path " + path + " and the URL says " + url + "; leave it out of the body");
        }
    }
}
