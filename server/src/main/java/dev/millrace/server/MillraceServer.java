package dev.millrace.server;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.MemoryBudget;
import dev.millrace.engine.Secrets;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.internal.http.AppendRateLimiter;
import dev.millrace.server.internal.http.BearerAuthenticator;
import dev.millrace.server.internal.http.ConnectionWatch;
import dev.millrace.server.internal.http.CorsPolicy;
import dev.millrace.server.internal.http.HostHeaderFilter;
import dev.millrace.server.internal.http.HttpThreadPool;
import dev.millrace.server.internal.http.JettyErrorHandler;
import dev.millrace.server.internal.http.RootHandler;
import dev.millrace.server.internal.http.StalledClients;
import dev.millrace.server.internal.routes.ApiDocsRoute;
import dev.millrace.server.internal.routes.AppendRoute;
import dev.millrace.server.internal.routes.ForkRoute;
import dev.millrace.server.internal.routes.HtmlPage;
import dev.millrace.server.internal.routes.ImportRoute;
import dev.millrace.server.internal.routes.LiveReadResponse;
import dev.millrace.server.internal.routes.LiveReaderLimiter;
import dev.millrace.server.internal.routes.ReadRoute;
import dev.millrace.server.internal.routes.SecretRoutes;
import dev.millrace.server.internal.routes.StateRoutes;
import dev.millrace.server.internal.routes.WebhookRoute;
import dev.millrace.server.internal.webhook.WebhookVerifier;
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
 * An HTTP server for an engine: appends, reads, live reads as server-sent events, state, lists, and a page for browsers
 * (docs/wire.md). It does not close the engine: stop the server first, then the engine.
 *
 * <p>Its threads are daemons; they do not keep the JVM alive. Thread-safe.
 *
 * @since 0.1
 */
public final class MillraceServer implements AutoCloseable {
    /** The default of {@link Builder#maxReaders} for the whole server. */
    public static final int MAX_READERS = 20_000;

    /** The default of {@link Builder#maxReaders} for one stream. */
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

    /** A builder of a server for this engine. */
    public static Builder builder(StreamEngine engine) {
        return new Builder(engine);
    }

    /** The URL of the server, without a slash at the end and with the real port. */
    public URI baseUri() {
        return baseUri;
    }

    /**
     * Stops the server. It accepts no new connections and ends live reads normally. Running requests can finish until
     * the deadline; then they are cut off. A connection without traffic for one second, or for the deadline if that is
     * shorter, is closed earlier. A second call does nothing.
     *
     * @param deadline how long running requests may take, 0 or more
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
            // Jetty reports requests that were cut off at the deadline; the javadoc announces that
            System.getLogger("dev.millrace.server")
                    .log(System.Logger.Level.DEBUG, "stopped with requests under way", e);
        }
    }

    int liveReads() {
        return reads.liveReads();
    }

    /** How many open live reads have a reader that was dropped as too slow and has not yet read the error. */
    int slowReads() {
        return reads.slowReads();
    }

    /** How many finite reads are being answered with gzip. */
    int compressedReads() {
        return reads.compressedReads();
    }

    /** {@link #stop(Duration)} with ten seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /** A builder of a server. Not thread-safe. */
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
        private boolean bareReadLive;
        private OptionalInt rateLimit = OptionalInt.empty();
        private Optional<AccessTokens> tokens = Optional.empty();
        private Optional<Vault> vault = Optional.empty();
        private Timers timers = Timers.system();
        private MemoryBudget memory = MemoryBudget.ofHeap();

        private Builder(StreamEngine engine) {
            this.engine = engine;
        }

        /** The address to bind, a name or a literal; {@code 127.0.0.1} by default. */
        public Builder host(String host) {
            this.host = host;
            return this;
        }

        /** The port, 0 to 65535; 0, the default, chooses a free one. */
        public Builder port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port must be 0 to 65535, got " + port);
            }
            this.port = port;
            return this;
        }

        /** After how much time without events a live read gets an empty comment; positive, 5 seconds by default. */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = positive("heartbeat", heartbeat);
            return this;
        }

        /** After how much time without reading any data a live reader is dropped; positive, 30 seconds by default. */
        public Builder slowReaderTimeout(Duration timeout) {
            this.slowReaderTimeout = positive("slowReaderTimeout", timeout);
            return this;
        }

        /**
         * The web origins whose pages may use this server, as browsers write them ({@code https://app.example.org});
         * {@code *} allows all. The server's own origin is always allowed; others are not by default.
         */
        public Builder allowOrigin(List<String> origins) {
            this.allowedOrigins = List.copyOf(origins);
            return this;
        }

        /**
         * Further host names, without port, under which the server may be called. Loopback names and its own address
         * are always allowed.
         */
        public Builder allowHost(List<String> hosts) {
            this.allowedHosts = List.copyOf(hosts);
            return this;
        }

        /**
         * How many live reads may be open at once; further ones get a 429.
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
         * How many events per second one caller (a token, or else an address) may append, 1 or more; then it gets a
         * 429. No limit by default.
         */
        public Builder rateLimit(int eventsPerSecond) {
            if (eventsPerSecond < 1) {
                throw new IllegalArgumentException("rateLimit must be 1 or more, got " + eventsPerSecond);
            }
            this.rateLimit = OptionalInt.of(eventsPerSecond);
            return this;
        }

        /**
         * Whether a GET under {@code /api/streams/} stays open and follows the stream if it has no read parameter, no
         * {@code Last-Event-ID} and no {@code Accept: text/event-stream}; some clients of {@code events.iterate.com}
         * expect that. By default it ends with the last stored event.
         */
        public Builder bareReadLive(boolean live) {
            this.bareReadLive = live;
            return this;
        }

        /** The tokens of the callers. Without this call, each caller may do everything. */
        public Builder tokens(AccessTokens tokens) {
            this.tokens = Optional.of(tokens);
            return this;
        }

        /**
         * The vault for the routes of secrets; give the same vault to the engine. Without one these routes answer 404.
         */
        public Builder vault(Vault vault) {
            this.vault = Optional.of(vault);
            return this;
        }

        /** The memory for all requests; {@link MemoryBudget#ofHeap} by default. */
        public Builder memory(MemoryBudget memory) {
            this.memory = memory;
            return this;
        }

        /** Clock and timers; those of the system by default. */
        public Builder timers(Timers timers) {
            this.timers = timers;
            return this;
        }

        /**
         * Starts the server; when this method returns, it answers requests.
         *
         * @throws UncheckedIOException if the address cannot be bound
         */
        public MillraceServer start() {
            Server jetty = new Server(new HttpThreadPool());
            ServerConnector connector = new ServerConnector(jetty, new HttpConnectionFactory(configuration()));
            connector.setHost(host);
            connector.setPort(port);
            connector.setAcceptQueueSize(ACCEPT_QUEUE);
            // longer than slowReaderTimeout, so that the rule for slow readers applies first
            connector.setIdleTimeout(IDLE_TIMEOUT.plus(slowReaderTimeout).toMillis());
            ConnectionWatch watch = new ConnectionWatch(timers);
            connector.addEventListener(watch);
            jetty.addConnector(connector);
            LiveReadResponse.Timing timing = new LiveReadResponse.Timing(timers, heartbeat, slowReaderTimeout);
            ReadRoute reads = new ReadRoute(
                    engine,
                    timing,
                    new LiveReaderLimiter(maxReaders, maxReadersPerStream),
                    new HtmlPage("stream.html"),
                    bareReadLive);
            AppendRateLimiter rates = new AppendRateLimiter(rateLimit, timers);
            WebhookVerifier verifier = new WebhookVerifier(
                    engine, vault.<Secrets>map(found -> found).orElse(Secrets.NONE), timers);
            WebhookRoute webhooks = new WebhookRoute(engine, verifier, rates, timers);
            RootHandler door = new RootHandler(
                    new HostHeaderFilter(host, allowedHosts),
                    new CorsPolicy(allowedOrigins),
                    new BearerAuthenticator(tokens),
                    new RootHandler.Routes(
                            new AppendRoute(engine, rates, webhooks),
                            reads,
                            new StateRoutes(engine, verifier),
                            new ForkRoute(engine, rates),
                            new ImportRoute(engine, rates),
                            webhooks,
                            new SecretRoutes(vault),
                            new ApiDocsRoute(engine.knownEvents())),
                    new RootHandler.Resources(memory, timers, watch, new StalledClients()));
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
            // '%2F' may be part of a stream path; StreamPathParser refuses what is not a path
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
