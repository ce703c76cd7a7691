package dev.millrace.server.internal.formats;

import dev.millrace.engine.ParsedInput;
import java.util.List;

/** The events of one append request. The answer to a batch is a list, also for one event. */
public record ParsedAppend(List<ParsedInput> events, boolean batch) {
    /** A request with one event, given as JSON in UTF-8. */
    static ParsedAppend single(byte[] event) {
        return new ParsedAppend(List.of(ParsedInput.of(event)), false);
    }

    /** A request whose body is not read as an event, as {@link OpaqueBodyEncoder} wraps it. */
    static ParsedAppend notAnEvent(MediaType type, byte[] wrapped) {
        String why = (type.name().isEmpty() ? "there is no content type" : "the content type is '" + type.name() + "'")
                + ", so the body is not read as an event, and is kept as it was sent; an event is JSON or YAML";
        return new ParsedAppend(List.of(ParsedInput.notAnEvent(wrapped, "body: " + why)), false);
    }
}
