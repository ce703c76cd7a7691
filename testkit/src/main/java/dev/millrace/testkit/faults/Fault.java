package dev.millrace.testkit.faults;

import java.time.Duration;

/**
 * A fault of one request to a {@link FaultServer}. Faults can be combined: {@code Fault.duplicate().cutAfter(700)}.
 * Numbers of bytes count the whole response, with its head, and are 0 or more. Immutable.
 *
 * @since 0.1
 */
public final class Fault {
    /** How a response ends too early. */
    enum End {
        NEVER,
        CUT,
        RESET,
        HALF_CLOSE,
        STALL
    }

    private static final Fault NONE = new Fault(End.NEVER, 0, 0, 1, Integer.MAX_VALUE, Duration.ZERO);

    final End end;
    final long bytes;

    /** The error status, or 0. */
    final int status;

    final int copies;
    final int mostBytesAtOnce;
    final Duration retryAfter;

    private Fault(End end, long bytes, int status, int copies, int mostBytesAtOnce, Duration retryAfter) {
        this.end = end;
        this.bytes = bytes;
        this.status = status;
        this.copies = copies;
        this.mostBytesAtOnce = mostBytesAtOnce;
        this.retryAfter = retryAfter;
    }

    /** No fault. */
    public static Fault none() {
        return NONE;
    }

    /** The connection is closed after the request was read, and an append was stored, without a response. */
    public static Fault drop() {
        return NONE.cutAfter(0);
    }

    /** Every event is delivered twice. */
    public static Fault duplicate() {
        return new Fault(End.NEVER, 0, 0, 2, Integer.MAX_VALUE, Duration.ZERO);
    }

    /**
     * The request is not executed; the response is 503 with this time in {@code Retry-After}, without the header if
     * zero.
     */
    public static Fault unavailable(Duration retryAfter) {
        return refuse(503, retryAfter);
    }

    /** As {@link #unavailable}, with a status from 400 to 599. */
    public static Fault refuse(int status, Duration retryAfter) {
        if (status < 400 || status > 599 || retryAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "status must be 400 to 599 and retryAfter not negative, got " + status + ", " + retryAfter);
        }
        return new Fault(End.NEVER, 0, status, 1, Integer.MAX_VALUE, retryAfter);
    }

    /** The connection is closed after this many bytes. */
    public Fault cutAfter(long newBytes) {
        return ending(End.CUT, newBytes);
    }

    /** The connection is reset after this many bytes; bytes that were sent before may be lost too. */
    public Fault resetAfter(long newBytes) {
        return ending(End.RESET, newBytes);
    }

    /** The server's sending side is closed after this many bytes; it still reads from the client. */
    public Fault halfCloseAfter(long newBytes) {
        return ending(End.HALF_CLOSE, newBytes);
    }

    /** Nothing is sent after this many bytes, not even a heartbeat, but the connection stays open. */
    public Fault stallAfter(long newBytes) {
        return ending(End.STALL, newBytes);
    }

    /** The response is sent in pieces of this many bytes, at least 1, with a flush after each. */
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
}
