package dev.millrace.server.internal.http;

import dev.millrace.server.internal.routes.ReadParameters;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The routes of the server. {@code openapi.json} describes each of them; a test compares the two. */
public enum RouteTarget {
    /** The streams that a stream knows. */
    LIST(List.of("/api/streams", "/api/streams/__children/{path}", "/api/__list/{path}"), Methods.get()),
    /** The folded state of a stream. */
    STATE(
            List.of("/api/streams/__state/{path}", "/api/__state/{path}", "/api/stream-state/{path}"),
            Methods.get("create")),
    FORK(List.of("/api/streams/__fork/{path}"), Methods.of("POST")),
    /** A new stream from the log of another one. */
    IMPORT(List.of("/api/streams/__import/{path}"), Methods.of("POST")),
    STREAM(
            List.of("/api/streams/{path}"),
            Methods.get(ReadParameters.names().toArray(String[]::new))
                    .and("POST", "jsonataTransform")
                    .and("DELETE", "destroyChildren")),
    SECRETS(List.of("/api/secrets"), Methods.get("limit", "offset").and("POST")),
    SECRET(List.of("/api/secrets/{id}"), Methods.of("DELETE")),
    HEALTH(List.of("/api/__internal/health", "/healthz"), Methods.of("GET")),
    OPENAPI(List.of("/api/openapi.json"), Methods.of("GET")),
    DOCS(List.of("/api/docs"), Methods.of("GET")),
    SHORT_URL(
            List.of("/{path}"),
            Methods.get(ReadParameters.names().toArray(String[]::new)).and("POST", "jsonataTransform"));

    private final List<String> templates;
    private final Methods methods;

    RouteTarget(List<String> templates, Methods methods) {
        this.templates = templates;
        this.methods = methods;
    }

    /** The URL templates; {@code {path}} is a stream path, slashes included. */
    public List<String> templates() {
        return templates;
    }

    /** The value of the {@code Allow} header. */
    public String allow() {
        return String.join(", ", methods.byName.keySet()).replace("GET", "GET, HEAD");
    }

    /** The allowed methods, and the query parameters of each. */
    public Map<String, Set<String>> methods() {
        return methods.byName;
    }

    /** A builder of the methods of a route. */
    private static final class Methods {
        private final Map<String, Set<String>> byName = new LinkedHashMap<>();

        /** A method without parameters of its own; {@code GET} of it is independent of projects. */
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
