package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteAheadLogTest {
    @TempDir
    private Path directory;

    @Test
    void should_move_everything_into_the_database_when_it_is_closed() throws Exception {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            Records.append(store, 100_000);
            assertThat(store.head(Records.STREAM)).isPresent();
            assertThat(directory.resolve("millrace.db-wal")).isNotEmptyFile();
        }

        assertThat(directory.resolve("millrace.db-wal")).doesNotExist();
        assertThat(Files.size(directory.resolve("millrace.db"))).isGreaterThan(100_000);
    }

    /** A page of a mapped file without a block on a full disk ends the process when it is written. */
    @Test
    void should_map_no_file() throws Exception {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            Records.append(store, 100_000);
            assertThat(store.head(Records.STREAM)).isPresent();

            assertThat(directory.toFile().list())
                    .containsExactlyInAnyOrder("millrace.db", "millrace.db-wal", "millrace.lock", "millrace.mark");
        }
    }

    @Test
    void should_begin_the_log_anew_at_a_moment_without_readers() throws Exception {
        Path file = directory.resolve("test.db");
        try (PreparedStatements statements = new PreparedStatements(ConnectionSetup.writing(file));
                ReadConnectionPool readers = new ReadConnectionPool(file)) {
            WriteAheadLog log = new WriteAheadLog(file, statements, readers, 100_000);
            statements.run("CREATE TABLE t (b BLOB)");
            log.trim();
            assertThat(logOf(file)).as("the log is below the limit").isPositive();

            write(statements);
            log.trim();
            assertThat(logOf(file)).isZero();

            CountDownLatch reading = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Boolean> read = CompletableFuture.supplyAsync(() -> readers.read("hold", queries -> {
                reading.countDown();
                return await(release);
            }));
            assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
            write(statements);
            log.trim();
            assertThat(logOf(file)).as("the log is not truncated during a read").isGreaterThan(500_000);

            release.countDown();
            assertThat(read.get(20, TimeUnit.SECONDS)).isTrue();
            write(statements);
            log.trim();
            assertThat(logOf(file)).isZero();
        }
    }

    private static void write(PreparedStatements statements) throws Exception {
        statements.run("INSERT INTO t VALUES (zeroblob(500000))");
    }

    private static long logOf(Path file) throws Exception {
        return Files.size(file.resolveSibling(file.getFileName() + "-wal"));
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
