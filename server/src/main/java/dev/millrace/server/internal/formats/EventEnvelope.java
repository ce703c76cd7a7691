package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.ParsedInput;
import dev.millrace.server.internal.http.HttpErrorException;

/**
 * The optional {@code {event, path?}} around an event in a request body; a path that is not {@code url} is refused. An
 * object with any other key beside {@code event}, or with a path beside an event that is no object, is no envelope: it is
 * kept whole.
 */
record EventEnvelope(StreamPath url) {
    /** The event inside the envelope; the whole value if it is no envelope. */
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
            // not a path, so not the same path
        }
        if (!same) {
            throw HttpErrorException.badRequest(
                    "path", "the body has path " + path + " and the URL has " + url + "; remove 'path' from the body");
        }
    }
}
