package dev.millrace.server;

import java.util.List;

/**
 * What one request asks to append.
 *
 * @param events one JSON value in UTF-8 for each event
 * @param batch whether the answer is a list, however many events there are
 */
record Inputs(List<byte[]> events, boolean batch) {
    /** A single event. */
    static Inputs single(byte[] event) {
        return new Inputs(List.of(event), false);
    }
}
