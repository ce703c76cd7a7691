package dev.millrace.cli.internal.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.store.sqlite.BackupSummary;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a server that makes a backup for the command {@code backup} of another process. It listens on a Unix
 * socket in the data directory, so only the owner of the directory can use it. A request is one line, the absolute path
 * of the new file as a JSON string; the answer is one line with a JSON object, a summary or an {@code error}.
 */
final class BackupListener implements AutoCloseable {
    static final String SOCKET = "millrace.sock";

    /** The longest path of a Unix socket on every system: 104 bytes with a zero at the end on macOS, 108 on Linux. */
    private static final int MOST_PATH_BYTES = 103;

    private static final System.Logger LOG = System.getLogger(BackupListener.class.getPackageName());

    private final SqliteEventStore store;
    private final Path socket;
    private final ServerSocketChannel channel;

    private BackupListener(SqliteEventStore store, Path socket, ServerSocketChannel channel) {
        this.store = store;
        this.socket = socket;
        this.channel = channel;
    }

    /** Begins to listen; empty, with a warning in the log, where that is not possible. */
    static Optional<BackupListener> open(SqliteEventStore store) {
        Path socket = store.directory().resolve(SOCKET);
        try {
            Files.deleteIfExists(socket); // of a process that was killed
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.bind(UnixDomainSocketAddress.of(socket));
                if (Files.getFileStore(socket).supportsFileAttributeView(PosixFileAttributeView.class)) {
                    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            BackupListener listener = new BackupListener(store, socket, channel);
            daemon(listener::listen);
            return Optional.of(listener);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "'millrace backup' is possible only while this server is stopped: cannot listen on " + socket
                            + advice(socket),
                    e);
            return Optional.empty();
        }
    }

    private static String advice(Path socket) {
        int bytes = socket.toString().getBytes(UTF_8).length;
        return bytes > MOST_PATH_BYTES
                ? "; this path has " + bytes + " bytes, at most " + MOST_PATH_BYTES
                        + " are allowed; use a data directory with a shorter path"
                : "";
    }

    private void listen() {
        while (channel.isOpen()) {
            try {
                SocketChannel caller = channel.accept();
                daemon(() -> answer(caller));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "no backup is possible any more: " + socket, e);
                return;
            }
        }
    }

    private void answer(SocketChannel caller) {
        try (caller) {
            String request = receive(caller);
            if (request != null) {
                send(caller, backup(request));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the command 'backup' has gone", e);
        }
    }

    private ObjectNode backup(String request) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        try {
            BackupSummary summary =
                    store.backup(Path.of(JsonCodec.parse(request).asText()));
            return answer.put("streams", summary.streams())
                    .put("events", summary.events())
                    .put("bytes", summary.bytes())
                    .put("damaged", summary.damaged());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "backup failed", e);
            return answer.put("error", String.valueOf(e.getMessage()));
        }
    }

    static void send(SocketChannel channel, JsonNode json) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap((JsonCodec.writeText(json) + "\n").getBytes(UTF_8));
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    /** The next line; null at the end. */
    static @Nullable String receive(SocketChannel channel) throws IOException {
        return new BufferedReader(Channels.newReader(channel, UTF_8)).readLine();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "millrace-backup");
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends listening. A running backup ends when the store is closed. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot close " + socket, e);
        }
    }
}
