package dev.millrace.server.internal.webhook;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The headers of programs that append events, and of proxies. None of them is the header of a signature, so a request
 * with these alone needs no look at the configurations of its stream.
 */
public final class OrdinaryHeaders {
    private static final Set<String> NAMES = Set.of(
            "accept",
            "accept-encoding",
            "accept-language",
            "baggage",
            "cache-control",
            "connection",
            "content-length",
            "content-type",
            "cookie",
            "dnt",
            "expect",
            "forwarded",
            "host",
            "keep-alive",
            "millrace-chain",
            "origin",
            "pragma",
            "priority",
            "referer",
            "te",
            "traceparent",
            "tracestate",
            "transfer-encoding",
            "user-agent",
            "via",
            "x-iterate-project",
            "x-project-slug",
            "x-real-ip",
            "x-request-id");

    private static final List<String> STARTS = List.of("sec-ch-", "sec-fetch-", "x-forwarded-");

    private OrdinaryHeaders() {}

    /**
     * Whether this is not the header of a signature.
     *
     * @param lowerCaseName its name
     * @param value what is in it, or how it begins: {@code Authorization} is ordinary with a bearer token only
     */
    public static boolean contains(String lowerCaseName, String value) {
        return lowerCaseName.equals("authorization")
                ? value.toLowerCase(Locale.ROOT).startsWith("bearer")
                : NAMES.contains(lowerCaseName) || STARTS.stream().anyMatch(lowerCaseName::startsWith);
    }
}
