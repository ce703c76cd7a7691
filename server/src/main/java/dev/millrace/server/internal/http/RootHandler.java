package dev.millrace.server.internal.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.MemoryBudget;
import dev.millrace.server.internal.routes.ApiDocsRoute;
import dev.millrace.server.internal.routes.AppendRoute;
import dev.millrace.server.internal.routes.ForkRoute;
import dev.millrace.server.internal.routes.ImportRoute;
import dev.millrace.server.internal.routes.ReadRoute;
import dev.millrace.server.internal.routes.SecretRoutes;
import dev.millrace.server.internal.routes.StateRoutes;
import dev.millrace.server.internal.routes.WebhookRoute;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The root handler of Jetty: checks host and origin, finds project and route, and passes the request on. Exceptions
 * become error bodies. It never blocks, except for a look at the file of tokens: all work with secrets or
 * streams runs on a {@link RequestExecutor}, one for POST requests and one for all others.
 */
public final class RootHandler extends Handler.Abstract {
    private static final byte[] NOT_FOUND = "{\"error\":\"not_found\"}".getBytes(StandardCharsets.UTF_8);
    public static final String VERSION = Optional.ofNullable(
                    RootHandler.class.getPackage().getImplementationVersion())
            .orElse("development");

    private static final int THREADS = 32;
    private static final int FEW_THREADS = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
    private static final int MOST_WAITING = 1024;

    private final RequestExecutor appending = new RequestExecutor("appends", THREADS, MOST_WAITING);
    private final RequestExecutor reading = new RequestExecutor("reads", THREADS, MOST_WAITING);
    private final RequestExecutor largeBodies = new RequestExecutor("large-bodies", FEW_THREADS, MOST_WAITING);
    private final HostHeaderFilter hosts;
    private final CorsPolicy corsPolicy;
    private final BearerAuthenticator bearerAuthenticator;
    private final Routes routes;
    private final Resources resources;

    /** What all requests share. */
    public record Resources(MemoryBudget memory, Timers timers, ConnectionWatch watch, StalledClients stalled) {}

    public record Routes(
            AppendRoute appends,
            ReadRoute reads,
            StateRoutes states,
            ForkRoute forks,
            ImportRoute imports,
            WebhookRoute webhooks,
            SecretRoutes secrets,
            ApiDocsRoute reference) {}

    public RootHandler(
            HostHeaderFilter hosts,
            CorsPolicy corsPolicy,
            BearerAuthenticator bearerAuthenticator,
            Routes routes,
            Resources resources) {
        this.hosts = hosts;
        this.corsPolicy = corsPolicy;
        this.bearerAuthenticator = bearerAuthenticator;
        this.routes = routes;
        this.resources = resources;
    }

    /** Stops the executors after Jetty has ended or cut off the running requests. */
    @Override
    protected void doStop() throws Exception {
        super.doStop();
        appending.stop();
        reading.stop();
        largeBodies.stop();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        resources.watch().begin(request);
        try {
            enter(request, response, callback);
        } catch (RuntimeException e) {
            HttpExchange.fail(response, e, callback, largeBodies.of(Admission.STRANGERS, StreamPath.root()));
        }
        return true;
    }

    private void enter(Request request, Response response, Callback callback) {
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        HttpFields headers = request.getHeaders();
        Optional<String> label = hosts.check(Request.getServerName(request), localAddress(request));
        if (corsPolicy.admit(request.getMethod(), headers, headers.get(HttpHeader.HOST), response.getHeaders())) {
            response.setStatus(204);
            callback.succeeded();
            return;
        }
        Optional<RouteMatch> route = RouteMatch.of(request.getHttpURI().getPath());
        if (route.isEmpty()) {
            HttpExchange.send(response, 404, "application/json", HttpExchange.indented(NOT_FOUND), callback);
            return;
        }
        QueryParameters query = QueryParameters.of(request.getHttpURI().getQuery());
        ProjectResolver selection = new ProjectResolver();
        for (String header : ProjectResolver.HEADERS) {
            headers.getValuesList(header).forEach(value -> selection.name(header, value));
        }
        query.all(ProjectResolver.PARAMETER).forEach(value -> selection.name(ProjectResolver.PARAMETER, value));
        label.ifPresent(value -> selection.name("Host", value));
        RequestExecutor executor = request.getMethod().equals("POST") ? appending : reading;
        ProjectSlug project = selection.project();
        Admission admission = Admission.of(bearerAuthenticator, headers, project);
        Object share = admission.share();
        Executor work = executor.of(share, route.get().path());
        HttpExchange exchange = new HttpExchange(
                request,
                response,
                callback,
                query,
                project,
                corsPolicy.isForeign(headers, headers.get(HttpHeader.HOST)),
                admission,
                work,
                largeBodies.of(share, route.get().path()),
                new RequestMemory(resources.memory(), resources.timers(), resources.stalled(), work));
        try {
            dispatch(route.get(), exchange, executor, share);
        } catch (RuntimeException e) {
            exchange.fail(e); // the rest of the body counts for the caller, too
        }
    }

    private void dispatch(RouteMatch route, HttpExchange exchange, RequestExecutor executor, Object share) {
        RouteTarget target = route.target();
        String method = exchange.isHead() ? "GET" : exchange.request().getMethod();
        if (method.equals("OPTIONS")) {
            exchange.response().getHeaders().put(HttpHeader.ALLOW, target.allow());
            if (isStream(target) && WebhookRoute.isOptions(exchange)) {
                executor.begin(share, route.path(), () -> answer(route, method, exchange));
            } else {
                exchange.noContent();
            }
            return;
        }
        if (!target.methods().containsKey(method)) {
            throw HttpErrorException.methodNotAllowed(method, target.allow(), advice(route));
        }
        switch (target) {
            case OPENAPI -> routes.reference().document(exchange);
            case DOCS -> routes.reference().page(exchange);
            case HEALTH ->
                exchange.json(
                        200,
                        JsonCodec.write(JsonNodeFactory.instance
                                .objectNode()
                                .put("ok", true)
                                .put("app", "millrace")
                                .put("version", VERSION)));
            default -> executor.begin(share, route.path(), () -> answer(route, method, exchange));
        }
    }

    private void answer(RouteMatch route, String method, HttpExchange exchange) {
        try {
            callRoute(route, method, exchange);
        } catch (RuntimeException e) {
            exchange.fail(e);
        }
    }

    private static boolean isStream(RouteTarget target) {
        return target == RouteTarget.STREAM || target == RouteTarget.SHORT_URL;
    }

    private void callRoute(RouteMatch route, String method, HttpExchange exchange) {
        if (method.equals("OPTIONS")) {
            if (!routes.webhooks().answerOptions(exchange, route.path())) {
                exchange.noContent();
            }
            return;
        }
        if (method.equals("GET")
                && isStream(route.target())
                && routes.webhooks().answerGet(exchange, route.path())) {
            return;
        }
        switch (route.target()) {
            case STREAM -> {
                switch (method) {
                    case "GET" -> routes.reads().readStream(exchange, route.path());
                    case "POST" -> routes.appends().append(exchange, route.path());
                    default -> routes.states().destroy(exchange, route.path());
                }
            }
            case SHORT_URL -> {
                if (method.equals("GET")) {
                    routes.reads().readShortUrl(exchange, route.path());
                } else {
                    routes.appends().append(exchange, route.path());
                }
            }
            case STATE -> routes.states().state(exchange, route.path());
            case LIST -> routes.states().list(exchange, route.path());
            case FORK -> routes.forks().fork(exchange, route.path());
            case IMPORT -> routes.imports().importLog(exchange, route.path());
            case SECRETS -> {
                if (method.equals("GET")) {
                    routes.secrets().list(exchange);
                } else {
                    routes.secrets().create(exchange);
                }
            }
            case SECRET -> routes.secrets().delete(exchange, route.id());
            default -> throw new IllegalStateException("no such route: " + route.target());
        }
    }

    private static String advice(RouteMatch route) {
        return route.target() == RouteTarget.SHORT_URL
                ? "a short URL allows GET and POST; for other methods use /api/streams" + route.path()
                : "use one of " + route.target().allow();
    }

    private static String localAddress(Request request) {
        return request.getConnectionMetaData().getLocalSocketAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
    }
}
