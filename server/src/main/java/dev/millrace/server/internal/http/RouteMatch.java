package dev.millrace.server.internal.http;

import dev.millrace.core.StreamPath;
import java.util.Optional;
import java.util.Set;

/**
 * The result of routing a URL; {@code path} is the root and {@code id} is empty if the target has none. Routes are
 * matched on the raw path, so that {@code %2F} stays part of a stream's name.
 */
public record RouteMatch(RouteTarget target, StreamPath path, String id) {
    /** First segments that are no short URL; streams with such names are reached under {@code /api/streams/}. */
    static final Set<String> RESERVED = Set.of("api", "assets", "docs", "healthz", "metrics", "readyz", "v1");

    /** Browsers ask for it without being told to; it is no stream, and there is no such file. */
    private static final String ICON = "favicon.ico";

    private static final String PATH = "/{path}";
    private static final String ID = "/{id}";

    /**
     * Finds the route of a raw path; empty if there is none. Throws an {@link HttpErrorException} if the URL has an
     * invalid stream path.
     */
    public static Optional<RouteMatch> of(String rawPath) {
        String trimmed = StreamPathParser.trimSlashes(rawPath);
        if (trimmed.equals("api/streams") && rawPath.endsWith("/")) {
            // without the last slash this is the list, with it the root stream
            return Optional.of(new RouteMatch(RouteTarget.STREAM, StreamPath.root(), ""));
        }
        if (RESERVED.contains(firstSegment(trimmed))) {
            return reserved("/" + trimmed);
        }
        if (trimmed.equals(ICON)) {
            return Optional.empty();
        }
        StreamPath path = StreamPathParser.read(trimmed);
        return hasShortUrl(path) ? Optional.of(new RouteMatch(RouteTarget.SHORT_URL, path, "")) : Optional.empty();
    }

    /** Whether a stream has a short URL: its path. */
    public static boolean hasShortUrl(StreamPath path) {
        return !RESERVED.contains(firstSegment(path.value().substring(1)));
    }

    private static Optional<RouteMatch> reserved(String url) {
        for (RouteTarget target : RouteTarget.values()) {
            for (String template : target == RouteTarget.SHORT_URL ? Set.<String>of() : target.templates()) {
                if (template.equals(url)) {
                    return Optional.of(new RouteMatch(target, StreamPath.root(), ""));
                }
                if (template.endsWith(PATH)) {
                    String prefix = template.substring(0, template.length() - PATH.length());
                    if (under(url, prefix)) {
                        return Optional.of(
                                new RouteMatch(target, StreamPathParser.read(url.substring(prefix.length())), ""));
                    }
                } else if (template.endsWith(ID)) {
                    String prefix = template.substring(0, template.length() - ID.length() + 1);
                    String id = url.startsWith(prefix) ? url.substring(prefix.length()) : "";
                    if (!id.isEmpty() && id.indexOf('/') < 0) {
                        return Optional.of(new RouteMatch(target, StreamPath.root(), id));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean under(String url, String prefix) {
        return url.startsWith(prefix) && (url.length() == prefix.length() || url.charAt(prefix.length()) == '/');
    }

    private static String firstSegment(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }
}
