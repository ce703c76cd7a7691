package dev.millrace.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.suite.MeasuredEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FloorTest {
    @TempDir
    Path directory = Path.of("");

    /** Stores two events, then one. */
    private static void store(Floor floor) throws Exception {
        try (GroupedCommits commits = new GroupedCommits(floor)) {
            commits.add(List.of(1L, 2L)).get(30, TimeUnit.SECONDS);
            commits.add(List.of(3L)).get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void should_write_each_event_to_the_file() throws Exception {
        store(Floor.Kind.FORCED_WRITES.open(directory));
        assertThat(Files.readAllBytes(directory.resolve("log")))
                .hasSize(3 * MeasuredEvent.BYTES)
                .endsWith(MeasuredEvent.numbered(3));
    }

    @Test
    void should_insert_each_event_into_the_table_of_the_store() throws Exception {
        store(Floor.Kind.SQLITE.open(directory));
        try (Connection connection = DriverManager.getConnection(
                "jdbc:sqlite:" + directory.resolve("store").resolve("millrace.db"))) {
            assertThat(number(connection, "SELECT count(*) FROM events")).isEqualTo(3);
            assertThat(number(
                            connection,
                            "SELECT count(*) FROM sqlite_schema WHERE tbl_name = 'events' AND type = 'index'"))
                    .isEqualTo(2);
        }
    }

    private static long number(Connection connection, String query) throws Exception {
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void should_tell_a_failure_to_all_that_wait() throws Exception {
        try (GroupedCommits commits = new GroupedCommits(new FullDisk())) {
            CompletableFuture<Void> stored = commits.add(List.of(1L));
            assertThatThrownBy(() -> stored.get(30, TimeUnit.SECONDS)).hasRootCauseMessage("the disk is full");
        }
    }

    private static final class FullDisk implements Floor {
        @Override
        public void add(long number) {}

        @Override
        public void commit() throws IOException {
            throw new IOException("the disk is full");
        }

        @Override
        public void close() {}
    }

    @Test
    void should_let_a_window_of_operations_be_under_way() throws Exception {
        Window window = new Window(2);
        CompletableFuture<Void> first = new CompletableFuture<>();
        window.await();
        window.add(first);
        window.await();
        window.add(CompletableFuture.completedFuture(null));
        window.await();
        window.add(CompletableFuture.completedFuture(null));
        first.complete(null);
        window.drain();
        window.await();
        window.add(CompletableFuture.failedFuture(new IOException("refused")));
        assertThatThrownBy(window::drain).hasRootCauseMessage("refused");
    }
}
