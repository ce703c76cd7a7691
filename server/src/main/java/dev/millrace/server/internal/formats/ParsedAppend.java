package dev.millrace.server.internal.formats;

import dev.millrace.engine.ParsedInput;
import java.util.List;

/**
 * What one request asks to append.
 *
 * @param events one JSON value for each event
 * @param batch whether the answer is a list, however many events there are
 */
public record ParsedAppend(List<ParsedInput> events, boolean batch) {
    /** A single event, which is JSON in UTF-8. */
    static ParsedAppend single(byte[] event) {
        return new ParsedAppend(List.of(ParsedInput.of(event)), false);
    }
}
