package dev.millrace.server.internal.routes;

import dev.millrace.server.internal.http.HttpErrorException;
import java.util.OptionalLong;

/** A bound of a read: an offset, {@code start} (0) or {@code end} ({@link Long#MAX_VALUE}). */
record ReadBound(long offset) {
    private static final long MOST = Long.MAX_VALUE - 1;
    private static final int LONGEST = 18; // digits that every long can have

    static final ReadBound START = new ReadBound(0);

    /** After the last event that is stored when the read begins. */
    static final ReadBound END = new ReadBound(Long.MAX_VALUE);

    /**
     * Parses a bound; {@code name} is the parameter, for the error. Throws an {@link HttpErrorException} if the text is
     * not a bound.
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

    /**
     * A positive integer of any length; empty if the text is none. Larger values than a stream can have become the
     * largest offset.
     */
    static OptionalLong positive(String text) {
        if (!text.matches("0*[1-9]\\d*")) {
            return OptionalLong.empty();
        }
        String digits = text.replaceFirst("^0+", "");
        return OptionalLong.of(digits.length() > LONGEST ? MOST : Math.min(MOST, Long.parseLong(digits)));
    }

    /** The exclusive lower or upper bound in a stream whose last offset is {@code watermark}. */
    long after(long watermark) {
        return equals(END) ? watermark : offset;
    }

    long before(long watermark) {
        return Math.min(offset, watermark + 1);
    }
}
