package dev.millrace.client.internal.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.nio.file.Path;
import java.util.OptionalLong;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** A factory of the HTTP requests (docs/wire.md). Immutable. */
public final class RequestFactory {
    private final HttpUrl base;
    private final Headers headers;
    private final @Nullable String projectInQuery;

    public RequestFactory(HttpUrl base, ProjectSlug project, @Nullable String token) {
        this.base = base;
        Headers.Builder common = new Headers.Builder();
        if (token != null) {
            common.set("Authorization", "Bearer " + token);
        }
        // a header holds printable ASCII only; a query can hold any slug
        boolean plain = project.value().chars().allMatch(c -> c >= ' ' && c <= '~');
        if (plain) {
            common.set("X-Project-Slug", project.value());
        }
        this.projectInQuery = plain ? null : project.value();
        this.headers = common.build();
    }

    public Request append(StreamPath path, byte[] json) {
        return request(url(path, "")).post(SendOnceBody.json(json)).build();
    }

    /** A finite read. Throws {@link IllegalArgumentException} if a type contains a comma. */
    public Request read(StreamPath path, ReadRange range) {
        HttpUrl.Builder url = url(path, "");
        if (range.afterOffset() > 0) {
            url.addQueryParameter("afterOffset", Long.toString(range.afterOffset()));
        }
        long before = range.beforeOffset().orElse(Long.MAX_VALUE);
        String bound = range.beforeOffset().isEmpty() ? "end" : before < 1 ? "start" : Long.toString(before);
        url.addQueryParameter("beforeOffset", bound);
        if (!range.types().isEmpty()) {
            url.addQueryParameter("types", types(range));
        }
        range.limit().ifPresent(limit -> url.addQueryParameter("limit", Integer.toString(limit)));
        if (range.descending()) {
            url.addQueryParameter("order", "desc");
        }
        return request(url).header("Accept", "application/x-ndjson").build();
    }

    private static String types(ReadRange range) {
        for (String type : range.types()) {
            if (type.indexOf(',') >= 0) {
                throw new IllegalArgumentException("type '" + type
                        + "' has a comma, which separates types on the wire; read without types and filter the events");
            }
        }
        return String.join(",", range.types());
    }

    /** A live read. {@code afterOffset} is exclusive; {@code resumed} tells whether there was a connection before. */
    public Request tail(StreamPath path, long afterOffset, boolean resumed) {
        HttpUrl.Builder url = url(path, "")
                .addQueryParameter("afterOffset", afterOffset == 0 ? "start" : Long.toString(afterOffset))
                .addQueryParameter("caughtUp", "true");
        // uncompressed, because a compressor may delay events
        Request.Builder request =
                request(url).header("Accept", "text/event-stream").header("Accept-Encoding", "identity");
        if (resumed && afterOffset > 0) {
            request.header("Last-Event-ID", Long.toString(afterOffset));
        }
        return request.build();
    }

    /** A live read of a subtree; {@code afterPosition} is exclusive, empty for the end. */
    public Request subtree(StreamPath path, OptionalLong afterPosition) {
        String after = afterPosition.isEmpty()
                ? "end"
                : afterPosition.getAsLong() == 0 ? "start" : Long.toString(afterPosition.getAsLong());
        HttpUrl.Builder url = url(path, "")
                .addQueryParameter("subtree", "true")
                .addQueryParameter("afterOffset", after)
                .addQueryParameter("caughtUp", "true");
        return request(url)
                .header("Accept", "text/event-stream")
                .header("Accept-Encoding", "identity")
                .build();
    }

    public Request state(StreamPath path) {
        return request(url(path, "__state"))
                .header("Accept", "application/json")
                .build();
    }

    public Request list(StreamPath path) {
        return request(url(path, "__children"))
                .header("Accept", "application/json")
                .build();
    }

    public Request destroy(StreamPath path, boolean children) {
        return request(url(path, "").addQueryParameter("destroyChildren", Boolean.toString(children)))
                .delete(SendOnceBody.EMPTY)
                .build();
    }

    public Request fork(StreamPath path, long at, StreamPath to) {
        byte[] json = JsonCodec.write(
                JsonNodeFactory.instance.objectNode().put("at", at).put("to", to.value()));
        return request(url(path, "__fork")).post(SendOnceBody.json(json)).build();
    }

    public Request importLog(StreamPath path, Path events) {
        return request(url(path, "__import")).post(SendOnceBody.lines(events)).build();
    }

    private Request.Builder request(HttpUrl.Builder url) {
        if (projectInQuery != null) {
            url.addQueryParameter("projectSlug", projectInQuery);
        }
        return new Request.Builder().url(url.build()).headers(headers);
    }

    private HttpUrl.Builder url(StreamPath path, String route) {
        HttpUrl.Builder url = base.newBuilder().addPathSegments("api/streams");
        if (!route.isEmpty()) {
            url.addPathSegment(route);
        }
        // the root has no segments, and a first segment such as __state would be a route: both become one escaped
        // segment
        if (path.isRoot() || path.value().startsWith("/__")) {
            return url.addPathSegment(path.value());
        }
        return url.addPathSegments(path.value().substring(1));
    }
}
