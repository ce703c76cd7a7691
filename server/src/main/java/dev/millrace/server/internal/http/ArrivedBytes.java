package dev.millrace.server.internal.http;

import java.nio.ByteBuffer;
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

    private static final int PART = 8 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final List<byte[]> parts = new ArrayList<>();
    private ByteBuffer last = NOTHING; // the part that is filled
    private State state = State.ARRIVING;
    private int size;

    /** Copies the bytes. They share arrays with the bytes before them, because a body may come byte by byte. */
    synchronized void add(ByteBuffer bytes) {
        if (state != State.ARRIVING) {
            return;
        }
        while (bytes.hasRemaining()) {
            if (!last.hasRemaining()) {
                last = ByteBuffer.allocate(Math.max(bytes.remaining(), Math.min(PART, size)));
                parts.add(last.array());
            }
            int length = Math.min(last.remaining(), bytes.remaining());
            last.put(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
            size += length;
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
        forget();
        return OptionalInt.of(size);
    }

    /** Forgets the bytes of a body that is refused. */
    synchronized void clear() {
        state = State.DROPPED;
        forget();
    }

    synchronized boolean isDropped() {
        return state == State.DROPPED;
    }

    /** The complete body as one array; the parts are forgotten. */
    synchronized byte[] join() {
        byte[] body = new byte[size];
        int at = 0;
        for (byte[] part : parts) {
            int length = Math.min(part.length, size - at);
            System.arraycopy(part, 0, body, at, length);
            at += length;
        }
        forget();
        return body;
    }

    private void forget() {
        parts.clear();
        last = NOTHING;
    }
}
