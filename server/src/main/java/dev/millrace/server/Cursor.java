package dev.millrace.server;

/**
 * One bound of a read as callers write it: an offset, {@code start} or {@code end}.
 *
 * @param offset the offset; 0 for start, {@link Long#MAX_VALUE} for end
 */
record Cursor(long offset) {
    /** Before everything. */
    static final Cursor START = new Cursor(0);

    /** After everything that is committed when the read begins. */
    static final Cursor END = new Cursor(Long.MAX_VALUE);

    /**
     * Reads a bound.
     *
     * @param name the parameter, for the error
     * @throws Refusal when the text is none of the three
     */
    static Cursor read(String name, String text) {
        if (text.equals("start")) {
            return START;
        }
        if (text.equals("end")) {
            return END;
        }
        if (text.matches("0*[1-9]\\d{0,17}")) {
            return new Cursor(Long.parseLong(text));
        }
        throw Refusal.badRequest(
                name,
                name + " must be a positive integer, 'start' or 'end', got '" + text + "'"
                        + (text.matches("0+") ? "; to read from the beginning use 'start'" : ""));
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
