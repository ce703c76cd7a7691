package dev.millrace.client.internal.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The answer to an append. Each event is decoded on its own, because a replayed one may be one that cannot be decoded.
 *
 * @param events the stored events, one for each input
 * @param replayed which of them were stored before; empty if the answer does not say
 */
record AppendAnswer(List<Event> events, Optional<List<Boolean>> replayed) {
    /** Throws {@link IllegalArgumentException} if the body is not an answer. */
    static AppendAnswer of(byte[] body) throws IOException {
        List<Event> events = new ArrayList<>();
        Optional<List<Boolean>> replayed = Optional.empty();
        try (JsonParser parser = JsonCodec.storedParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("expected a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                boolean isList = parser.nextToken() == JsonToken.START_ARRAY;
                if (name.equals("event")) {
                    events.add(event(body, parser));
                } else if (name.equals("events") && isList) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        events.add(event(body, parser));
                    }
                } else if (name.equals("replayed") && isList) {
                    List<Boolean> flags = new ArrayList<>();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        flags.add(parser.currentToken() == JsonToken.VALUE_TRUE);
                        parser.skipChildren();
                    }
                    replayed = Optional.of(List.copyOf(flags));
                } else {
                    parser.skipChildren();
                }
            }
        }
        return new AppendAnswer(List.copyOf(events), replayed);
    }

    private static Event event(byte[] body, JsonParser parser) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int end = (int) parser.currentLocation().getByteOffset();
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("expected UTF-8");
        }
        return JsonCodec.readEvent(Arrays.copyOfRange(body, start, end));
    }
}
