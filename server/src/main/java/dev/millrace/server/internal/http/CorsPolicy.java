package dev.millrace.server.internal.http;

import dev.millrace.server.internal.routes.LiveReadHeaders;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may talk to this server: its own, and those of an allow-list that is empty by default. Browsers send
 * some appends of foreign pages without asking first, so a change that comes from an unknown origin is refused, not
 * merely left without the headers that would let the page read the answer. Immutable.
 */
public final class CorsPolicy {
    private static final String METHODS = "GET, HEAD, POST, DELETE";
    private static final String REQUEST_HEADERS =
            "Accept, Authorization, Content-Type, Last-Event-ID, " + String.join(", ", ProjectResolver.HEADERS);
    private static final String ANSWER_HEADERS = "Date, Idempotent-Replayed, Retry-After, WWW-Authenticate, "
            + LiveReadHeaders.WATERMARK + ", " + LiveReadHeaders.INCARNATION + ", " + LiveReadHeaders.TIME;

    private final List<String> allowed;

    /** Origins as browsers write them ({@code https://app.example.org}); {@code *} allows all. */
    public CorsPolicy(List<String> allowed) {
        this.allowed = allowed.stream().map(CorsPolicy::normalise).toList();
    }

    /**
     * Judges a request by its origin and writes the headers that its browser looks for.
     *
     * @param host the {@code Host} header, by which this server's own pages are known
     * @return whether this was a preflight and is now answered, but for its status 204
     * @throws HttpErrorException when a foreign page asks first, or tries to change something
     */
    boolean admit(String method, HttpFields request, @Nullable String host, HttpFields.Mutable response) {
        String origin = request.get(HttpHeader.ORIGIN);
        boolean preflight = method.equals("OPTIONS") && request.contains(HttpHeader.ACCESS_CONTROL_REQUEST_METHOD);
        if (!allowed.isEmpty()) {
            response.add(HttpHeader.VARY, "Origin");
        }
        if (origin == null || isOwn(origin, host)) {
            return preflight;
        }
        boolean welcome = allowed.contains("*") || allowed.contains(normalise(origin));
        if (!welcome) {
            if (preflight || method.equals("POST") || method.equals("DELETE")) {
                throw HttpErrorException.forbidden("origin '" + origin
                        + "' may not use this server; allow it when starting the server (--allow-origin)");
            }
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

    private static boolean isOwn(String origin, @Nullable String host) {
        int scheme = origin.indexOf("://");
        return scheme > 0 && host != null && origin.substring(scheme + 3).equalsIgnoreCase(host);
    }

    private static String normalise(String origin) {
        String text = origin.strip().toLowerCase(Locale.ROOT);
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
