package dev.millrace.testkit.faults;

import java.time.Duration;

/**
 * What goes wrong with one request to a {@link FaultServer}. Immutable; several can be combined, as far as that makes
 * sense: {@code Fault.duplicate().cutAfter(700)}. Bytes are those of the whole answer, its head included.
 */
public final class Fault {
    /** How an answer ends before its time. */
    enum End {
        NEVER,
        CUT,
        RESET,
        HALF_CLOSE,
        STALL
    }

    private static final Fault NONE = new Fault(End.NEVER, 0, 0, 1, Integer.MAX_VALUE, Duration.ZERO);

    private final End end;
    private final long bytes;
    private final int status;
    private final int copies;
    private final int mostBytesAtOnce;
    private final Duration retryAfter;

    private Fault(End end, long bytes, int status, int copies, int mostBytesAtOnce, Duration retryAfter) {
        this.end = end;
        this.bytes = bytes;
        this.status = status;
        this.copies = copies;
        this.mostBytesAtOnce = mostBytesAtOnce;
        this.retryAfter = retryAfter;
    }

    /** Nothing goes wrong. */
    public static Fault none() {
        return NONE;
    }

    /** The connection is closed when the request has been read and, if it was an append, done; nothing is answered. */
    public static Fault drop() {
        return NONE.cutAfter(0);
    }

    /** Every event is delivered twice. */
    public static Fault duplicate() {
        return new Fault(End.NEVER, 0, 0, 2, Integer.MAX_VALUE, Duration.ZERO);
    }

    /** Nothing is done; the answer is 503 with this many seconds in {@code Retry-After}, and none for zero. */
    public static Fault unavailable(Duration retryAfter) {
        return refuse(503, retryAfter);
    }

    /** As {@link #unavailable}, with another status from 400 to 599. */
    public static Fault refuse(int status, Duration retryAfter) {
        if (status < 400 || status > 599 || retryAfter.isNegative()) {
            throw new IllegalArgumentException("a refusal is 400 to 599, got " + status + ", " + retryAfter);
        }
        return new Fault(End.NEVER, 0, status, 1, Integer.MAX_VALUE, retryAfter);
    }

    /** The connection is closed after this many bytes, whatever they are. */
    public Fault cutAfter(long newBytes) {
        return ending(End.CUT, newBytes);
    }

    /** The connection is reset after this many bytes; what was on its way may be lost as well. */
    public Fault resetAfter(long newBytes) {
        return ending(End.RESET, newBytes);
    }

    /** The sending half is closed after this many bytes; what the client still sends is read. */
    public Fault halfCloseAfter(long newBytes) {
        return ending(End.HALF_CLOSE, newBytes);
    }

    /** After this many bytes nothing more comes, not even a heartbeat, but the connection stays open. */
    public Fault stallAfter(long newBytes) {
        return ending(End.STALL, newBytes);
    }

    /** The answer is written in pieces of this many bytes, each on its way before the next; at least 1. */
    public Fault inPiecesOf(int newBytes) {
        if (newBytes < 1) {
            throw new IllegalArgumentException("a piece has at least 1 byte, got " + newBytes);
        }
        return new Fault(end, bytes, status, copies, newBytes, retryAfter);
    }

    private Fault ending(End newEnd, long newBytes) {
        if (newBytes < 0) {
            throw new IllegalArgumentException("bytes must be 0 or more, got " + newBytes);
        }
        return new Fault(newEnd, newBytes, status, copies, mostBytesAtOnce, retryAfter);
    }

    End end() {
        return end;
    }

    long bytes() {
        return bytes;
    }

    /** The status of a refusal; 0 for none. */
    int status() {
        return status;
    }

    int copies() {
        return copies;
    }

    int mostBytesAtOnce() {
        return mostBytesAtOnce;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
