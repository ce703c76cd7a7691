package dev.millrace.server.internal.http;

import dev.millrace.core.StreamPath;

/**
 * A parser of stream paths in URLs: it strips slashes at both ends, decodes percent-encoding once and adds the leading
 * slash. It corrects nothing else. An empty text is the root.
 */
public final class StreamPathParser {
    private StreamPathParser() {}

    /**
     * Parses the raw part of a URL that names a stream; throws an {@link HttpErrorException} with the rule it breaks.
     */
    public static StreamPath read(String raw) {
        try {
            return StreamPath.of(PercentDecoder.decode(trimSlashes(raw), false));
        } catch (IllegalArgumentException e) {
            throw HttpErrorException.badRequest("path", String.valueOf(e.getMessage()));
        }
    }

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
