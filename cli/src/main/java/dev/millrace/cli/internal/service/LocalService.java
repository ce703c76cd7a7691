package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.MillraceServer;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A server in this process: a store, an engine with all processors of the class path, and an HTTP server. It stops
 * once, at the end of a command or of the process; further calls do nothing.
 */
public final class LocalService implements AutoCloseable {
    private static final Duration TO_STOP_LISTENING = Duration.ofSeconds(5);
    private static final Duration TO_FINISH = Duration.ofSeconds(10);

    /** The setting that tells hosted processors whether only this machine can reach the service. */
    static final String LOOPBACK = "server.loopback";

    private final StreamEngine engine;
    private final MillraceServer server;
    private final Optional<BackupListener> backups;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private LocalService(StreamEngine engine, MillraceServer server, Optional<BackupListener> backups) {
        this.engine = engine;
        this.server = server;
        this.backups = backups;
    }

    /**
     * Starts a service with all processors of the class path; it accepts requests when this method returns. Throws a
     * {@link CommandException} if it cannot bind the address.
     */
    public static LocalService start(
            DataDirectoryOptions.Opened data, Map<String, String> settings, Listening listening) {
        return start(data, providers(), settings, listening);
    }

    /** Like {@link #start(DataDirectoryOptions.Opened, Map, Listening)}, with the given processors. */
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
            MillraceServer server = listening.open(engine, data);
            return new LocalService(
                    engine,
                    server,
                    data.store() instanceof SqliteEventStore store ? BackupListener.open(store) : Optional.empty());
        } catch (RuntimeException | Error e) {
            engine.stop(TO_FINISH);
            throw e;
        }
    }

    public URI uri() {
        return server.baseUri();
    }

    public EventStreams streams() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    /** Stops the service when the process gets SIGTERM or Ctrl-C; acknowledged events are then on disk. */
    public void stopWithProcess() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "millrace-stop"));
    }

    @Override
    public void close() {
        if (stopped.compareAndSet(false, true)) {
            try {
                backups.ifPresent(BackupListener::close);
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
     * The address and the limits of a service.
     *
     * @param host the address to bind
     * @param port the port; 0 chooses a free one
     * @param orAnyPort whether to use another free port if that one is in use
     * @param origins web origins whose pages may call it
     * @param hosts further host names under which it may be called
     * @param bareReadLive whether a read that does not say whether it is live stays open
     * @param limits the limits for its callers
     */
    public record Listening(
            String host,
            int port,
            boolean orAnyPort,
            List<String> origins,
            List<String> hosts,
            boolean bareReadLive,
            ServiceLimitOptions limits) {
        static final String LOOPBACK = "127.0.0.1";

        /** On the loopback address: only this machine can reach it. */
        public static Listening locally(int port, boolean orAnyPort) {
            return new Listening(LOOPBACK, port, orAnyPort, List.of(), List.of(), false, new ServiceLimitOptions());
        }

        /** Whether only this machine can reach it; throws a {@link CommandException} if the host name is unknown. */
        boolean isLoopback() {
            try {
                return InetAddress.getByName(host).isLoopbackAddress();
            } catch (UnknownHostException e) {
                throw new CommandException(
                        "--host " + host
                                + ": unknown host name; give an IP address of this machine (127.0.0.1: only this"
                                + " machine; 0.0.0.0: all networks)",
                        e);
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
                    .bareReadLive(bareReadLive)
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

    static final class AddressTaken extends CommandException {
        private static final long serialVersionUID = 1L;

        AddressTaken(String host, int port, Throwable cause) {
            super(
                    "cannot listen on " + host + ":" + port
                            + ": the port is in use, or the address is not one of this machine;"
                            + " give another --port (0 chooses a free one) or --host",
                    cause);
        }
    }
}
