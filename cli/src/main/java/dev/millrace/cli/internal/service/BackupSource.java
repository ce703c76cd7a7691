package dev.millrace.cli.internal.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.core.JsonCodec;
import dev.millrace.store.sqlite.BackupSummary;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The events of a data directory: those of the server that runs on it, or else its file. */
record BackupSource(Path directory) {
    static final String DATABASE = "millrace.db";

    /** Writes a copy of the events to a new file. */
    BackupSummary write(Path file) throws IOException {
        Path socket = directory.toRealPath().resolve(BackupListener.SOCKET);
        if (Files.exists(socket)) {
            try (SocketChannel server = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                return ask(server, file);
            } catch (ConnectException e) {
                // of a server that was killed
            }
        }
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            return store.backup(file);
        }
    }

    private static BackupSummary ask(SocketChannel server, Path file) throws IOException {
        BackupListener.send(server, TextNode.valueOf(file.toString()));
        String line = BackupListener.receive(server);
        if (line == null) {
            throw new CommandException("backup failed: the server has stopped; repeat the backup");
        }
        JsonNode answer = JsonCodec.parse(line);
        if (answer.has("error")) {
            throw new CommandException(answer.path("error").asText());
        }
        return new BackupSummary(
                answer.path("streams").asLong(),
                answer.path("events").asLong(),
                answer.path("bytes").asLong(),
                answer.path("damaged").asLong());
    }

    /** The size of what is copied, in bytes. */
    long size() {
        return size(DATABASE) + size(DATABASE + "-wal");
    }

    private long size(String name) {
        try {
            return Files.size(directory.resolve(name));
        } catch (IOException e) {
            return 0;
        }
    }
}
