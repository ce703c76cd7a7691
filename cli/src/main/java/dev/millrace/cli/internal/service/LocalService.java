package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.server.MillraceServer;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A store, an engine with every processor on the class path, and a server in front of it, in this process. Stops once,
 * however often and from wherever it is told to: at the end of a command and when the process is asked to end.
 */
public final class LocalService implements AutoCloseable {
    private static final Duration TO_STOP_LISTENING = Duration.ofSeconds(5);
    private static final Duration TO_FINISH = Duration.ofSeconds(10);

    /** The setting that tells hosted processors whether only this machine can reach the service. */
    static final String LOOPBACK = "server.loopback";

    private final StreamEngine engine;
    private final MillraceServer server;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private LocalService(StreamEngine engine, MillraceServer server) {
        this.engine = engine;
        this.server = server;
    }

    /**
     * Starts; it is ready for requests when this returns.
     *
     * @throws CommandException when the address cannot be had
     */
    public static LocalService start(
            DataDirectoryOptions.Opened data, Map<String, String> settings, Listening listening) {
        return start(data, providers(), settings, listening);
    }

    /** As the other one, with these processors. */
    static LocalService start(
            DataDirectoryOptions.Opened data,
            List<ProcessorProvider> processors,
            Map<String, String> settings,
            Listening listening) {
        StreamEngine engine;
        try {
            Map<String, String> all = new HashMap<>(settings);
            all.put(LOOPBACK, String.valueOf(listening.isLoopback()));
            engine = StreamEngine.builder(data.store())
                    .processors(processors)
                    .settings(all)
                    .secrets(data.vault())
                    .start();
        } catch (RuntimeException | Error e) {
            data.store().close();
            throw e;
        }
        try {
            return new LocalService(engine, listening.open(engine, data));
        } catch (RuntimeException | Error e) {
            engine.stop(TO_FINISH);
            throw e;
        }
    }

    /** As the other one, with nothing beside the events that outlives the process. */
    public static LocalService start(EventStore store, Map<String, String> settings, Listening listening) {
        return start(DataDirectoryOptions.Opened.only(store), settings, listening);
    }

    /** Where it is reached. */
    public URI uri() {
        return server.baseUri();
    }

    /** The streams of the project that callers who name none get. */
    public EventStreams streams() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    /** Stops when the process is told to end (SIGTERM, Ctrl-C): what was acknowledged is on disk already. */
    public void stopWithProcess() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "millrace-stop"));
    }

    @Override
    public void close() {
        if (stopped.compareAndSet(false, true)) {
            try {
                server.stop(TO_STOP_LISTENING);
            } finally {
                engine.stop(TO_FINISH);
            }
        }
    }

    private static List<ProcessorProvider> providers() {
        return ServiceLoader.load(ProcessorProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /**
     * Where a service listens.
     *
     * @param host the address to bind
     * @param port the port; 0 is any free one
     * @param orAnyPort whether any free port will do when that one is taken
     * @param origins web origins whose pages may call it
     * @param hosts names under which it may be called, beside loopback names and the address
     * @param limits how much callers may ask for at once
     */
    public record Listening(
            String host,
            int port,
            boolean orAnyPort,
            List<String> origins,
            List<String> hosts,
            ServiceLimitOptions limits) {
        static final String LOOPBACK = "127.0.0.1";

        /** On the loopback address, for nobody but this machine. */
        public static Listening locally(int port, boolean orAnyPort) {
            return new Listening(LOOPBACK, port, orAnyPort, List.of(), List.of(), new ServiceLimitOptions());
        }

        /**
         * Whether only this machine can reach it.
         *
         * @throws CommandException when the host is not known here
         */
        boolean isLoopback() {
            try {
                return InetAddress.getByName(host).isLoopbackAddress();
            } catch (UnknownHostException e) {
                throw new CommandException(
                        "--host " + host + " is not an address of this machine, and no name known here", e);
            }
        }

        private MillraceServer open(StreamEngine engine, DataDirectoryOptions.Opened data) {
            try {
                return open(engine, data, port);
            } catch (AddressTaken e) {
                if (orAnyPort) {
                    return open(engine, data, 0);
                }
                throw e;
            }
        }

        private MillraceServer open(StreamEngine engine, DataDirectoryOptions.Opened data, int port) {
            MillraceServer.Builder builder = MillraceServer.builder(engine)
                    .host(host)
                    .port(port)
                    .allowOrigin(origins)
                    .allowHost(hosts)
                    .vault(data.vault());
            data.tokens().ifPresent(builder::tokens);
            limits.apply(builder);
            try {
                return builder.start();
            } catch (RuntimeException e) {
                if (isTaken(e)) {
                    throw new AddressTaken(host, port, e);
                }
                throw e;
            }
        }

        private static boolean isTaken(Throwable failure) {
            Throwable cause = failure;
            while (cause != null && !(cause instanceof BindException)) {
                cause = cause.getCause();
            }
            return cause != null;
        }
    }

    /** Somebody else listens there, or the address is not one of this machine. */
    static final class AddressTaken extends CommandException {
        private static final long serialVersionUID = 1L;

        AddressTaken(String host, int port, Throwable cause) {
            super(
                    "cannot listen on " + host + ":" + port
                            + "; the port is in use or the address is not this machine's;"
                            + " give another --port, or 0 for any free one",
                    cause);
        }
    }
}
