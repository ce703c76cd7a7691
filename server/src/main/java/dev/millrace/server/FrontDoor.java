package dev.millrace.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Where every request comes in. It is checked for host and origin, its project and its route are found, and it is handed
 * on; whatever is thrown on the way becomes an error body. Nothing here waits for anything.
 */
final class FrontDoor extends Handler.Abstract {
    private static final byte[] NOT_FOUND = "{\"error\":\"not_found\"}".getBytes(StandardCharsets.UTF_8);
    private static final String VERSION = Optional.ofNullable(
                    FrontDoor.class.getPackage().getImplementationVersion())
            .orElse("development");

    private final HostGuard hosts;
    private final Origins origins;
    private final AppendRoute appends;
    private final ReadRoute reads;
    private final StateRoutes states;

    FrontDoor(HostGuard hosts, Origins origins, AppendRoute appends, ReadRoute reads, StateRoutes states) {
        this.hosts = hosts;
        this.origins = origins;
        this.appends = appends;
        this.reads = reads;
        this.states = states;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try {
            enter(request, response, callback);
        } catch (RuntimeException e) {
            Exchange.fail(response, e, callback);
        }
        return true;
    }

    private void enter(Request request, Response response, Callback callback) {
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        HttpFields headers = request.getHeaders();
        Optional<String> label = hosts.check(Request.getServerName(request), localAddress(request));
        if (origins.admit(request.getMethod(), headers, headers.get(HttpHeader.HOST), response.getHeaders())) {
            response.setStatus(204);
            callback.succeeded();
            return;
        }
        Optional<Route> route = Route.of(request.getHttpURI().getPath());
        if (route.isEmpty()) {
            Exchange.send(response, 404, "application/json", Exchange.indented(NOT_FOUND), callback);
            return;
        }
        Query query = Query.of(request.getHttpURI().getQuery());
        ProjectSelection selection = new ProjectSelection();
        for (String header : ProjectSelection.HEADERS) {
            headers.getValuesList(header).forEach(value -> selection.name(header, value));
        }
        query.all(ProjectSelection.PARAMETER).forEach(value -> selection.name(ProjectSelection.PARAMETER, value));
        label.ifPresent(value -> selection.name("Host", value));
        go(route.get(), new Exchange(request, response, callback, query, selection.project()));
    }

    private void go(Route route, Exchange exchange) {
        String method = exchange.isHead() ? "GET" : exchange.request().getMethod();
        switch (route.target()) {
            case STREAM -> {
                switch (method) {
                    case "GET" -> reads.readStream(exchange, route.path());
                    case "POST" -> appends.append(exchange, route.path());
                    case "DELETE" -> states.destroy(exchange, route.path());
                    default -> throw notAllowed(method, "GET, HEAD, POST, DELETE");
                }
            }
            case SHORT_URL -> {
                switch (method) {
                    case "GET" -> reads.readShortUrl(exchange, route.path());
                    case "POST" -> appends.append(exchange, route.path());
                    default ->
                        throw Refusal.methodNotAllowed(
                                method,
                                "GET, HEAD, POST",
                                "a short URL takes GET and POST, everything else goes to /api/streams" + route.path());
                }
            }
            case STATE -> {
                get(method);
                states.state(exchange, route.path());
            }
            case LIST -> {
                get(method);
                states.list(exchange, route.path());
            }
            case HEALTH -> {
                get(method);
                exchange.json(
                        200,
                        JsonCodec.write(JsonNodeFactory.instance
                                .objectNode()
                                .put("ok", true)
                                .put("app", "millrace")
                                .put("version", VERSION)));
            }
        }
    }

    private static void get(String method) {
        if (!method.equals("GET")) {
            throw notAllowed(method, "GET, HEAD");
        }
    }

    private static Refusal notAllowed(String method, String allow) {
        return Refusal.methodNotAllowed(method, allow, "use one of " + allow);
    }

    private static String localAddress(Request request) {
        return request.getConnectionMetaData().getLocalSocketAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
    }
}
