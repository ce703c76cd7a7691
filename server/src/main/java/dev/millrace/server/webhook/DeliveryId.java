package dev.millrace.server.webhook;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** Where a sender writes the id of a delivery. */
interface DeliveryId {
    /** The id; empty if there is none. Does not throw. */
    Optional<String> of(SignedRequest request);

    /** In a header, which must be there once. */
    static DeliveryId inHeader(String name) {
        return request -> {
            List<String> values = request.values(name);
            return values.size() == 1 ? HeaderText.id(values.get(0)) : Optional.empty();
        };
    }

    /** In a field of the JSON object that the body is; its first occurrence counts. */
    static DeliveryId inBody(String field) {
        return request -> {
            try (JsonParser parser = JsonCodec.parser(request.body())) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    return Optional.empty();
                }
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    JsonToken value = parser.nextToken();
                    if (name.equals(field)) {
                        return value == JsonToken.VALUE_STRING ? HeaderText.id(parser.getText()) : Optional.empty();
                    }
                    parser.skipChildren();
                }
                return Optional.empty();
            } catch (IOException | UncheckedIOException e) {
                return Optional.empty(); // no JSON, so it has no id
            }
        };
    }
}
