package dev.millrace.server.internal.formats;

import dev.millrace.engine.ParsedInput;
import java.util.List;

/** The events of one append request. The answer to a batch is a list, also for one event. */
public record ParsedAppend(List<ParsedInput> events, boolean batch) {
    /** A request with one event, given as JSON in UTF-8. */
    static ParsedAppend single(byte[] event) {
        return new ParsedAppend(List.of(ParsedInput.of(event)), false);
    }
}
