package dev.millrace.server;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.internal.http.AppendRateLimiter;
import dev.millrace.server.internal.http.BearerAuthenticator;
import dev.millrace.server.internal.http.CorsPolicy;
import dev.millrace.server.internal.http.HostHeaderFilter;
import dev.millrace.server.internal.http.HttpThreadPool;
import dev.millrace.server.internal.http.JettyErrorHandler;
import dev.millrace.server.internal.http.RootHandler;
import dev.millrace.server.internal.routes.ApiDocsRoute;
import dev.millrace.server.internal.routes.AppendRoute;
import dev.millrace.server.internal.routes.ForkRoute;
import dev.millrace.server.internal.routes.HtmlPage;
import dev.millrace.server.internal.routes.LiveReadResponse;
import dev.millrace.server.internal.routes.LiveReaderLimiter;
import dev.millrace.server.internal.routes.ReadRoute;
import dev.millrace.server.internal.routes.SecretRoutes;
import dev.millrace.server.internal.routes.StateRoutes;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;

/**
 * Serves an engine over HTTP: appends, reads, live reads as server-sent events, state, lists, and a page for people
 * (docs/wire.md). The engine is not owned: stop the server first, then the engine.
 *
 * <p>Its threads are daemons; they do not keep a JVM alive. Safe for use by many threads.
 */
public final class MillraceServer implements AutoCloseable {
    /** How many live reads there may be at once, unless {@link Builder#maxReaders} says otherwise. */
    public static final int MAX_READERS = 20_000;

    /** How many of them one stream may have, unless {@link Builder#maxReaders} says otherwise. */
    public static final int MAX_READERS_PER_STREAM = 10_000;

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);
    private static final int ACCEPT_QUEUE = 1024;
    private static final long MOST_IDLE_MILLIS = 1000;

    private final Server jetty;
    private final ReadRoute reads;
    private final URI baseUri;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private MillraceServer(Server jetty, ReadRoute reads, URI baseUri) {
        this.jetty = jetty;
        this.reads = reads;
        this.baseUri = baseUri;
    }

    /** A server for this engine, to be configured and started. */
    public static Builder builder(StreamEngine engine) {
        return new Builder(engine);
    }

    /** Where the server is, without a slash at the end; the port is the real one. */
    public URI baseUri() {
        return baseUri;
    }

    /**
     * Stops: no new connection is accepted, live reads end normally, requests under way get their answers until the
     * deadline, and what is left then is cut off. A connection on which nothing moves for a second, or for the deadline if
     * that is less, is closed earlier. Stopping twice does nothing.
     *
     * @param deadline how long requests under way may take, 0 or more
     */
    public void stop(Duration deadline) {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        long millis = Math.max(1, deadline.toMillis());
        jetty.setStopTimeout(millis);
        for (Connector connector : jetty.getConnectors()) {
            ((AbstractConnector) connector).setShutdownIdleTimeout(Math.min(MOST_IDLE_MILLIS, millis));
        }
        reads.stop();
        try {
            jetty.stop();
        } catch (Exception e) {
            // requests that outlived the deadline end up here; they have been cut off, as announced
            System.getLogger("dev.millrace.server")
                    .log(System.Logger.Level.DEBUG, "stopped with requests under way", e);
        }
    }

    /** How many live reads are open. */
    int liveReads() {
        return reads.liveReads();
    }

    /** How many live reads are open whose reader was given up as too slow and has not taken its last word. */
    int slowReads() {
        return reads.slowReads();
    }

    /** As {@link #stop(Duration)} with ten seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /** Configures a server. For one thread. */
    public static final class Builder {
        private final StreamEngine engine;
        private String host = "127.0.0.1";
        private int port;
        private Duration heartbeat = Duration.ofSeconds(5);
        private Duration slowReaderTimeout = Duration.ofSeconds(30);
        private List<String> allowedOrigins = List.of();
        private List<String> allowedHosts = List.of();
        private int maxReaders = MAX_READERS;
        private int maxReadersPerStream = MAX_READERS_PER_STREAM;
        private OptionalInt rateLimit = OptionalInt.empty();
        private Optional<AccessTokens> tokens = Optional.empty();
        private Optional<Vault> vault = Optional.empty();
        private Timers timers = Timers.system();

        private Builder(StreamEngine engine) {
            this.engine = engine;
        }

        /** The address to listen at, a name or a literal; {@code 127.0.0.1} by default. */
        public Builder host(String host) {
            this.host = host;
            return this;
        }

        /** The port, 0 to 65535; 0, the default, is any free one. */
        public Builder port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port must be 0 to 65535, got " + port);
            }
            this.port = port;
            return this;
        }

        /** How long a live read may be silent before an empty comment is sent; positive, 5 seconds by default. */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = positive("heartbeat", heartbeat);
            return this;
        }

        /** How long a live reader may take nothing before it is dropped; positive, 30 seconds by default. */
        public Builder slowReaderTimeout(Duration timeout) {
            this.slowReaderTimeout = positive("slowReaderTimeout", timeout);
            return this;
        }

        /**
         * The web origins whose pages may use this server, as browsers write them ({@code https://app.example.org});
         * {@code *} for all. None by default, beside the server's own.
         */
        public Builder allowOrigin(List<String> origins) {
            this.allowedOrigins = List.copyOf(origins);
            return this;
        }

        /** Names, without port, by which the server may be called beside loopback names and its own address. */
        public Builder allowHost(List<String> hosts) {
            this.allowedHosts = List.copyOf(hosts);
            return this;
        }

        /**
         * How many live reads there may be at once; more get a 429.
         *
         * @param inAll 1 or more, {@value MillraceServer#MAX_READERS} by default
         * @param onOneStream 1 or more, {@value MillraceServer#MAX_READERS_PER_STREAM} by default
         */
        public Builder maxReaders(int inAll, int onOneStream) {
            if (inAll < 1 || onOneStream < 1) {
                throw new IllegalArgumentException(
                        "maxReaders must be 1 or more, got " + inAll + " in all and " + onOneStream + " on one stream");
            }
            this.maxReaders = inAll;
            this.maxReadersPerStream = onOneStream;
            return this;
        }

        /**
         * How many events one caller - a token, or else an address - may append in a second, 1 or more; beyond that it gets
         * a 429. Any number by default.
         */
        public Builder rateLimit(int eventsPerSecond) {
            if (eventsPerSecond < 1) {
                throw new IllegalArgumentException("rateLimit must be 1 or more, got " + eventsPerSecond);
            }
            this.rateLimit = OptionalInt.of(eventsPerSecond);
            return this;
        }

        /** The tokens with which callers say what they may do; without this, everybody may do everything. */
        public Builder tokens(AccessTokens tokens) {
            this.tokens = Optional.of(tokens);
            return this;
        }

        /** What keeps the secrets; the engine should get the same. Without one the routes of secrets answer 404. */
        public Builder vault(Vault vault) {
            this.vault = Optional.of(vault);
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder timers(Timers timers) {
            this.timers = timers;
            return this;
        }

        /**
         * Starts listening; when this returns, requests are answered.
         *
         * @throws UncheckedIOException when the address cannot be bound
         */
        public MillraceServer start() {
            Server jetty = new Server(new HttpThreadPool());
            ServerConnector connector = new ServerConnector(jetty, new HttpConnectionFactory(configuration()));
            connector.setHost(host);
            connector.setPort(port);
            connector.setAcceptQueueSize(ACCEPT_QUEUE);
            // longer than a slow reader may take, so that it is the slow-reader rule that decides
            connector.setIdleTimeout(IDLE_TIMEOUT.plus(slowReaderTimeout).toMillis());
            jetty.addConnector(connector);
            LiveReadResponse.Timing timing = new LiveReadResponse.Timing(timers, heartbeat, slowReaderTimeout);
            ReadRoute reads = new ReadRoute(
                    engine,
                    timing,
                    new LiveReaderLimiter(maxReaders, maxReadersPerStream),
                    new HtmlPage("stream.html"));
            AppendRateLimiter rates = new AppendRateLimiter(rateLimit, timers);
            RootHandler door = new RootHandler(
                    new HostHeaderFilter(host, allowedHosts),
                    new CorsPolicy(allowedOrigins),
                    new BearerAuthenticator(tokens),
                    new RootHandler.Routes(
                            new AppendRoute(engine, rates),
                            reads,
                            new StateRoutes(engine),
                            new ForkRoute(engine, rates),
                            new SecretRoutes(vault),
                            new ApiDocsRoute(engine.knownEvents())));
            jetty.setHandler(new GracefulHandler(door));
            jetty.setErrorHandler(new JettyErrorHandler());
            listen(jetty);
            return new MillraceServer(jetty, reads, uri(connector.getLocalPort()));
        }

        private void listen(Server jetty) {
            try {
                jetty.start();
            } catch (Exception e) {
                try {
                    jetty.stop();
                } catch (Exception second) {
                    e.addSuppressed(second);
                }
                throw new UncheckedIOException(
                        "cannot listen at " + host + ":" + port + ": " + rootMessage(e)
                                + "; choose another port or host",
                        e instanceof IOException io ? io : new IOException(e));
            }
        }

        private URI uri(int localPort) {
            String name = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
            return URI.create("http://" + (name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name)
                    + ":" + localPort);
        }

        private static HttpConfiguration configuration() {
            HttpConfiguration configuration = new HttpConfiguration();
            configuration.setSendServerVersion(false);
            // '%2F' and the like are part of a stream's name here; what is not a path we refuse ourselves
            configuration.setUriCompliance(UriCompliance.UNSAFE);
            return configuration;
        }

        private static String rootMessage(Throwable failure) {
            Throwable cause = failure;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage());
        }

        private static Duration positive(String name, Duration duration) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(name + " must be positive, got " + duration);
            }
            return duration;
        }
    }
}
