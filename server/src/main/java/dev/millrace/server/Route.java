package dev.millrace.server;

import dev.millrace.core.StreamPath;
import java.util.Optional;
import java.util.Set;

/**
 * Where a request goes. Routes are told apart on the raw path, so that {@code %2F} stays part of a stream's name.
 *
 * @param target what it names
 * @param path the stream, for targets that have one; else the root
 */
record Route(Target target, StreamPath path) {
    /** What a URL can name. */
    enum Target {
        /** A stream, under {@code /api/streams/}. */
        STREAM,
        /** A stream, under its short URL. */
        SHORT_URL,
        /** The folded state of a stream. */
        STATE,
        /** The streams that a stream knows. */
        LIST,
        /** Whether the server is well. */
        HEALTH
    }

    /** First segments that are never a short URL; such streams are reached under {@code /api/streams/}. */
    static final Set<String> RESERVED = Set.of("api", "assets", "docs", "healthz", "metrics");

    /**
     * Finds the route of a raw path.
     *
     * @return empty when there is none
     * @throws Refusal when the route names a stream by something that is not a path
     */
    static Optional<Route> of(String rawPath) {
        String trimmed = PathSpelling.trimSlashes(rawPath);
        if (trimmed.equals("api") || trimmed.startsWith("api/")) {
            return api(trimmed, rawPath);
        }
        if (trimmed.equals("healthz")) {
            return Optional.of(new Route(Target.HEALTH, StreamPath.root()));
        }
        if (RESERVED.contains(firstSegment(trimmed))) {
            return Optional.empty();
        }
        StreamPath path = PathSpelling.read(trimmed);
        return RESERVED.contains(firstSegment(path.value().substring(1)))
                ? Optional.empty()
                : Optional.of(new Route(Target.SHORT_URL, path));
    }

    private static Optional<Route> api(String trimmed, String rawPath) {
        if (trimmed.equals("api/__internal/health")) {
            return Optional.of(new Route(Target.HEALTH, StreamPath.root()));
        }
        if (trimmed.equals("api/streams")) {
            // without a slash at the end it is the list, with one it is the root stream
            return Optional.of(new Route(rawPath.endsWith("/") ? Target.STREAM : Target.LIST, StreamPath.root()));
        }
        if (under(trimmed, "api/streams/__fork")) {
            return Optional.empty();
        }
        for (String prefix : new String[] {"api/streams/__state", "api/__state", "api/stream-state"}) {
            if (under(trimmed, prefix)) {
                return Optional.of(new Route(Target.STATE, PathSpelling.read(trimmed.substring(prefix.length()))));
            }
        }
        for (String prefix : new String[] {"api/streams/__children", "api/__list"}) {
            if (under(trimmed, prefix)) {
                return Optional.of(new Route(Target.LIST, PathSpelling.read(trimmed.substring(prefix.length()))));
            }
        }
        return trimmed.startsWith("api/streams/")
                ? Optional.of(new Route(Target.STREAM, PathSpelling.read(trimmed.substring("api/streams/".length()))))
                : Optional.empty();
    }

    private static boolean under(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }

    private static String firstSegment(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }
}
