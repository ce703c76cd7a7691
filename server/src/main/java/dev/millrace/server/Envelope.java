package dev.millrace.server;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The optional {@code {event, path?}} around an event. An object with any other key beside its {@code event} is not an
 * envelope: it is somebody's body that happens to have such a key, and stays whole.
 *
 * @param url the stream that the URL names; it decides, and a different path in an envelope is refused
 */
record Envelope(StreamPath url) {
    /** The event inside, or the whole value when it is not an envelope. */
    byte[] strip(byte[] json) {
        byte @Nullable [] event = null;
        byte @Nullable [] path = null;
        try (JsonParser parser = JsonCodec.parser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return json;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("event") && event == null) {
                    event = JsonBodies.copy(parser);
                } else if (name.equals("path") && path == null) {
                    path = JsonBodies.copy(parser);
                } else {
                    return json;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (event == null) {
            return json;
        }
        if (path != null) {
            check(JsonCodec.parse(path));
        }
        return event;
    }

    private void check(JsonNode path) {
        boolean same = false;
        try {
            same = path.isTextual() && StreamPath.of(path.textValue()).equals(url);
        } catch (IllegalArgumentException e) {
            // not a path at all, so not this one
        }
        if (!same) {
            throw Refusal.badRequest(
                    "path", "the body says path " + path + " and the URL says " + url + "; leave it out of the body");
        }
    }
}
