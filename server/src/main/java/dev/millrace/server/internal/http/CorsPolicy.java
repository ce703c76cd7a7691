package dev.millrace.server.internal.http;

import dev.millrace.server.internal.routes.LiveReadHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * A CORS check: which web pages may use this server. Allowed are its own pages and those of an allow-list, which is
 * empty by default. A changing request from another origin is refused with 403: browsers send some of them without a
 * preflight, so to leave out the CORS headers is not enough. Some requests have no {@code Origin}, for example those of
 * images and links; for these, {@code Sec-Fetch-Site} tells. Browsers send it to HTTPS and loopback addresses only.
 * Immutable.
 */
public final class CorsPolicy {
    private static final String FETCH_SITE = "Sec-Fetch-Site";
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
    private static final String METHODS = "GET, HEAD, POST, DELETE";
    private static final String REQUEST_HEADERS =
            "Accept, Authorization, Content-Type, Last-Event-ID, traceparent, tracestate, baggage, "
                    + String.join(", ", ProjectResolver.HEADERS);
    private static final String ANSWER_HEADERS = "Date, Idempotent-Replayed, Idempotent-Diverged, Millrace-Hint,"
            + " Retry-After, WWW-Authenticate, "
            + LiveReadHeaders.WATERMARK + ", " + LiveReadHeaders.INCARNATION + ", " + LiveReadHeaders.TIME;

    private final List<String> allowed;

    /** Origins as browsers write them ({@code https://app.example.org}); {@code *} allows all. */
    public CorsPolicy(List<String> allowed) {
        this.allowed = allowed.stream().map(CorsPolicy::normalise).toList();
    }

    /**
     * Checks the origin of a request and sets the CORS headers.
     *
     * @param host the {@code Host} header, which identifies the pages of this server
     * @return whether this is an allowed preflight, which the caller answers with 204
     * @throws HttpErrorException if the origin is not allowed and the request is a preflight, a POST or a DELETE
     */
    boolean admit(String method, HttpFields request, @Nullable String host, HttpFields.Mutable response) {
        String origin = request.get(HttpHeader.ORIGIN);
        boolean preflight = method.equals("OPTIONS") && request.contains(HttpHeader.ACCESS_CONTROL_REQUEST_METHOD);
        if (!allowed.isEmpty()) {
            response.add(HttpHeader.VARY, "Origin");
        }
        boolean changes = preflight || method.equals("POST") || method.equals("DELETE");
        if (changes && isForeign(request, host)) {
            throw HttpErrorException.forbidden((origin == null ? "a page of another site" : "origin '" + origin + "'")
                    + " may not use this server; to allow it, start the server with --allow-origin");
        }
        if (origin == null || isOwn(origin, host)) {
            return preflight;
        }
        if (!isAllowed(origin)) {
            return false;
        }
        response.put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.put(HttpHeader.ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
        if (preflight) {
            response.put(HttpHeader.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            response.put(HttpHeader.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
            response.put(HttpHeader.ACCESS_CONTROL_MAX_AGE, 600);
        }
        return preflight;
    }

    /** Whether the request comes from a page that may not use this server. */
    boolean isForeign(HttpFields request, @Nullable String host) {
        String origin = request.get(HttpHeader.ORIGIN);
        if (origin != null) {
            return !isOwn(origin, host) && !isAllowed(origin);
        }
        return !OWN_SITES.containsAll(request.getValuesList(FETCH_SITE));
    }

    private boolean isAllowed(String origin) {
        return allowed.contains("*") || allowed.contains(normalise(origin));
    }

    private static boolean isOwn(String origin, @Nullable String host) {
        int scheme = origin.indexOf("://");
        return scheme > 0 && host != null && origin.substring(scheme + 3).equalsIgnoreCase(host);
    }

    private static String normalise(String origin) {
        String text = origin.strip().toLowerCase(Locale.ROOT);
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
