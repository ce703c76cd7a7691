package dev.millrace.server.internal.http;

import dev.millrace.core.StreamPath;

/**
 * How a stream path is written in a URL: literal slashes around it mean nothing, then it is percent-decoded once, and a
 * missing leading slash is added. Nothing else is repaired. Nothing at all is the root.
 */
public final class StreamPathParser {
    private StreamPathParser() {}

    /**
     * Reads the raw part of a URL that names a stream.
     *
     * @throws HttpErrorException when the result is not a path; the message says which rule it breaks
     */
    public static StreamPath read(String raw) {
        try {
            return StreamPath.of(PercentDecoder.decode(trimSlashes(raw), false));
        } catch (IllegalArgumentException e) {
            throw HttpErrorException.badRequest("path", String.valueOf(e.getMessage()));
        }
    }

    /** Without the literal slashes at both ends. */
    static String trimSlashes(String raw) {
        int start = 0;
        int end = raw.length();
        while (start < end && raw.charAt(start) == '/') {
            start++;
        }
        while (end > start && raw.charAt(end - 1) == '/') {
            end--;
        }
        return raw.substring(start, end);
    }
}
