package dev.millrace.server.internal.routes;

import dev.millrace.server.internal.http.HttpErrorException;
import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * One bound of a read as callers write it: an offset, {@code start} or {@code end}.
 *
 * @param offset the offset; 0 for start, {@link Long#MAX_VALUE} for end
 */
record ReadBound(long offset) {
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE - 1);

    /** Before everything. */
    static final ReadBound START = new ReadBound(0);

    /** After everything that is committed when the read begins. */
    static final ReadBound END = new ReadBound(Long.MAX_VALUE);

    /**
     * Reads a bound.
     *
     * @param name the parameter, for the error
     * @throws HttpErrorException when the text is none of the three
     */
    static ReadBound read(String name, String text) {
        if (text.equals("start")) {
            return START;
        }
        if (text.equals("end")) {
            return END;
        }
        return new ReadBound(positive(text)
                .orElseThrow(() -> HttpErrorException.badRequest(
                        name,
                        name + " must be a positive integer, 'start' or 'end', got '" + text + "'"
                                + (text.matches("0+") ? "; to read from the beginning use 'start'" : ""))));
    }

    /** A positive integer of any length, if the text is one; what no stream can hold means as many as it can. */
    static OptionalLong positive(String text) {
        return text.matches("0*[1-9]\\d*")
                ? OptionalLong.of(new BigInteger(text).min(MOST).longValue())
                : OptionalLong.empty();
    }

    /** As an exclusive lower bound of a stream whose last offset is {@code watermark}. */
    long after(long watermark) {
        return equals(END) ? watermark : offset;
    }

    /** As an exclusive upper bound of a stream whose last offset is {@code watermark}. */
    long before(long watermark) {
        return Math.min(offset, watermark + 1);
    }
}
