package dev.millrace.server;

import dev.millrace.engine.ParsedInput;
import java.util.List;

/**
 * What one request asks to append.
 *
 * @param events one JSON value for each event
 * @param batch whether the answer is a list, however many events there are
 */
record Inputs(List<ParsedInput> events, boolean batch) {
    /** A single event, which is JSON in UTF-8. */
    static Inputs single(byte[] event) {
        return new Inputs(List.of(ParsedInput.of(event)), false);
    }
}
