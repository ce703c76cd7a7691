package dev.millrace.server.internal.http;

import dev.millrace.server.internal.routes.ReadParameters;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a URL can name: this is the table of routes. {@code openapi.json} describes every line of it, and a test holds the
 * two together.
 */
public enum RouteTarget {
    /** The streams that a stream knows. */
    LIST(List.of("/api/streams", "/api/streams/__children/{path}", "/api/__list/{path}"), Methods.get()),
    /** The folded state of a stream. */
    STATE(
            List.of("/api/streams/__state/{path}", "/api/__state/{path}", "/api/stream-state/{path}"),
            Methods.get("create")),
    /** A copy of the beginning of a stream under another path. */
    FORK(List.of("/api/streams/__fork/{path}"), Methods.of("POST")),
    /** A stream, under {@code /api/streams/}. */
    STREAM(
            List.of("/api/streams/{path}"),
            Methods.get(ReadParameters.names().toArray(String[]::new))
                    .and("POST", "jsonataTransform")
                    .and("DELETE", "destroyChildren")),
    /** The secrets of a project. */
    SECRETS(List.of("/api/secrets"), Methods.get("limit", "offset").and("POST")),
    /** One secret. */
    SECRET(List.of("/api/secrets/{id}"), Methods.of("DELETE")),
    /** Whether the server is well. */
    HEALTH(List.of("/api/__internal/health", "/healthz"), Methods.of("GET")),
    /** The description of all this for programs. */
    OPENAPI(List.of("/api/openapi.json"), Methods.of("GET")),
    /** The same for people. */
    DOCS(List.of("/api/docs"), Methods.of("GET")),
    /** A stream, under its short URL. */
    SHORT_URL(
            List.of("/{path}"),
            Methods.get(ReadParameters.names().toArray(String[]::new)).and("POST", "jsonataTransform"));

    private final List<String> templates;
    private final Methods methods;

    RouteTarget(List<String> templates, Methods methods) {
        this.templates = templates;
        this.methods = methods;
    }

    /** The paths of its URLs; {@code {path}} is a stream's path, slashes included. */
    public List<String> templates() {
        return templates;
    }

    /** The methods it takes, with {@code HEAD} where there is {@code GET}, as in an {@code Allow} header. */
    public String allow() {
        return String.join(", ", methods.byName.keySet()).replace("GET", "GET, HEAD");
    }

    /** The methods it takes, and the query parameters that mean something to each. */
    public Map<String, Set<String>> methods() {
        return methods.byName;
    }

    /** A line of the table, as it is being written. */
    private static final class Methods {
        private final Map<String, Set<String>> byName = new LinkedHashMap<>();

        /** A method of something that no project owns. */
        static Methods of(String method) {
            Methods methods = new Methods();
            methods.byName.put(method, method.equals("GET") ? Set.of() : Set.of(ProjectResolver.PARAMETER));
            return methods;
        }

        static Methods get(String... parameters) {
            return new Methods().and("GET", parameters);
        }

        Methods and(String method, String... parameters) {
            Set<String> names = new LinkedHashSet<>(List.of(parameters));
            names.add(ProjectResolver.PARAMETER);
            byName.put(method, names);
            return this;
        }
    }
}
