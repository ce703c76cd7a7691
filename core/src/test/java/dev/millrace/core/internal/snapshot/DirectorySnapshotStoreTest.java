package dev.millrace.core.internal.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.progress.ProgressKey;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.StateSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySnapshotStoreTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    @TempDir
    Path directory;

    private static StateSnapshot snapshot(String slug, StreamPath path, long through) {
        return new StateSnapshot(
                slug, path, "life", 3, "shape", through, JsonCodec.parse("{\"text\":\"a\\nb\",\"sum\":1.10}"));
    }

    private Path file() {
        return directory.resolve(new ProgressKey("mailer", PATH).fileName("snapshot"));
    }

    @Test
    void should_load_what_was_saved_last_of_each_processor_and_stream() {
        SnapshotStore store = SnapshotStore.inDirectory(directory.resolve("new"));
        store.save(snapshot("mailer", PATH, 7));
        store.save(snapshot("mailer", PATH, 9));
        store.save(snapshot("other", PATH, 4));

        SnapshotStore later = SnapshotStore.inDirectory(directory.resolve("new"));
        assertThat(later.load("mailer", PATH)).contains(snapshot("mailer", PATH, 9));
        assertThat(later.load("other", PATH)).contains(snapshot("other", PATH, 4));
        assertThat(later.load("mailer", StreamPath.of("/agents/2"))).isEmpty();
    }

    @Test
    void should_live_beside_progress() {
        SnapshotStore store = SnapshotStore.inDirectory(directory);
        store.save(snapshot("mailer", PATH, 7));
        try (ProgressStore.Durable progress = ProgressStore.inDirectory(directory)) {
            progress.save(new Progress("mailer", PATH, "life", 8));
            assertThat(store.load("mailer", PATH)).contains(snapshot("mailer", PATH, 7));
        }
    }

    @Test
    void should_ignore_a_file_that_was_cut_at_any_place() throws IOException {
        SnapshotStore store = SnapshotStore.inDirectory(directory);
        store.save(snapshot("mailer", PATH, 7));
        byte[] whole = Files.readAllBytes(file());

        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertThat(store.load("mailer", PATH))
                    .as("the first %d bytes", length)
                    .isEmpty();
        }
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(file(), changed);
            store.load("mailer", PATH)
                    .ifPresent(found -> assertThat(found.state())
                            .isEqualTo(snapshot("mailer", PATH, 7).state()));
        }
        Files.write(file(), whole);
        assertThat(store.load("mailer", PATH)).contains(snapshot("mailer", PATH, 7));
    }

    @Test
    void should_ignore_a_file_of_another_processor() throws IOException {
        SnapshotStore store = SnapshotStore.inDirectory(directory);
        store.save(snapshot("other", PATH, 7));
        Files.move(directory.resolve(new ProgressKey("other", PATH).fileName("snapshot")), file());

        assertThat(store.load("mailer", PATH)).isEmpty();
    }

    @Test
    void should_say_where_it_cannot_write() throws IOException {
        SnapshotStore store = SnapshotStore.inDirectory(directory);
        Files.createDirectory(directory.resolve(file().getFileName() + ".tmp"));

        assertThatThrownBy(() -> store.save(snapshot("mailer", PATH, 7)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file().toString());
        Path notes = Files.writeString(directory.resolve("notes"), "text");
        assertThatThrownBy(() -> SnapshotStore.inDirectory(notes))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(notes.toString());
    }
}
