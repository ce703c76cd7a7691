package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DirectoryLockTest {
    @TempDir
    private Path directory;

    @Test
    void should_create_the_directory_it_is_given() {
        SqliteEventStore.open(directory.resolve("not/yet/there")).close();

        assertThat(directory.resolve("not/yet/there/millrace.db")).exists();
    }

    @Test
    void should_refuse_a_directory_that_cannot_be_one() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> SqliteEventStore.open(file.resolve("below")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot open the event store: " + file.resolve("below"))
                .hasMessageContaining("check the path");
    }

    @Test
    void should_open_a_directory_once_in_a_process() {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(store).isNotNull();
            assertThatThrownBy(() -> SqliteEventStore.open(directory.resolve("../" + directory.getFileName())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("this process has it open already");
        }
        SqliteEventStore.open(directory).close();
    }

    @Test
    void should_keep_another_process_out_even_after_an_attempt_of_its_own() throws Exception {
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            assertThat(store).isNotNull();
            assertThatThrownBy(() -> SqliteEventStore.open(directory)).isInstanceOf(IllegalStateException.class);
            try (Child child = Child.run(ChildThatHolds.class, directory.toString())) {
                assertThat(child.line())
                        .contains("process " + ProcessHandle.current().pid() + " has it open")
                        .contains("use another directory");
            }
        }
    }

    @Test
    void should_keep_another_process_out_when_the_lock_file_was_removed() throws Exception {
        try (Child child = Child.run(ChildThatHolds.class, directory.toString())) {
            assertThat(child.line()).isEqualTo("open");
            Files.delete(directory.resolve("millrace.lock"));

            assertThatThrownBy(() -> SqliteEventStore.open(directory))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another process has millrace.db open")
                    .hasMessageContaining("use another directory");
            child.kill();
        }
        SqliteEventStore.open(directory).close();
    }

    @Test
    void should_get_the_directory_of_a_process_that_was_killed() throws Exception {
        try (Child child = Child.run(ChildThatHolds.class, directory.toString())) {
            assertThat(child.line()).isEqualTo("open");
            assertThatThrownBy(() -> SqliteEventStore.open(directory))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("process " + child.pid() + " has it open");
            child.kill();
        }

        SqliteEventStore.open(directory).close();
    }
}
