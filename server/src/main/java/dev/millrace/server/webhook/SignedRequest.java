package dev.millrace.server.webhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parts of a request that a signature covers. Immutable, if the caller does not change the bytes; thread-safe.
 *
 * @param headers the values of each header, in the order of the request. Names are put in lower case; two spellings of
 *     a name are the same header
 * @param body the bytes as they were sent, after transfer encodings were removed. Not copied; the caller must not
 *     change them
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SignedRequest(Map<String, List<String>> headers, byte[] body) {
    public SignedRequest {
        Map<String, List<String>> lower = new TreeMap<>();
        headers.forEach(
                (name, values) -> lower.computeIfAbsent(name.toLowerCase(Locale.ROOT), first -> new ArrayList<>())
                        .addAll(values));
        lower.replaceAll((name, values) -> List.copyOf(values));
        headers = Map.copyOf(lower);
    }

    /** The values of a header; empty if it is missing. */
    public List<String> values(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** Contains only the names of the headers and the size of the body. */
    @Override
    public String toString() {
        return "SignedRequest[" + headers.keySet() + ", " + body.length + " bytes]";
    }
}
