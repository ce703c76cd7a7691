package dev.millrace.server.internal.http;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The bytes of a body that have arrived: it becomes complete or is dropped, never both. Thread-safe. */
final class ArrivedBytes {
    private enum State {
        ARRIVING,
        COMPLETE,
        DROPPED
    }

    private final List<byte[]> parts = new ArrayList<>();
    private State state = State.ARRIVING;
    private int size;

    synchronized void add(byte[] part) {
        if (state == State.ARRIVING) {
            parts.add(part);
            size += part.length;
        }
    }

    synchronized int size() {
        return size;
    }

    /** Ends the arrival; false if the bytes were dropped. */
    synchronized boolean complete() {
        if (state == State.ARRIVING) {
            state = State.COMPLETE;
        }
        return state == State.COMPLETE;
    }

    /** Forgets the bytes and returns how many they were; empty if they are complete or were dropped before. */
    synchronized OptionalInt drop() {
        if (state != State.ARRIVING) {
            return OptionalInt.empty();
        }
        state = State.DROPPED;
        parts.clear();
        return OptionalInt.of(size);
    }

    /** Forgets the bytes of a body that is refused. */
    synchronized void clear() {
        state = State.DROPPED;
        parts.clear();
    }

    synchronized boolean isDropped() {
        return state == State.DROPPED;
    }

    /** The complete body as one array; the parts are forgotten. */
    synchronized byte[] join() {
        byte[] body = new byte[size];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, body, at, part.length);
            at += part.length;
        }
        parts.clear();
        return body;
    }
}
