package dev.millrace.core.internal.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class DirectoryProgressStoreTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    private final VirtualTime time = new VirtualTime();

    @TempDir
    Path directory;

    @Test
    void should_write_the_first_save_at_once_and_then_the_newest_every_interval() throws IOException {
        try (DirectoryProgressStore store = open()) {
            store.save(progress(1));
            assertThat(written()).isEqualTo(progress(1));

            store.save(progress(2));
            store.save(progress(3));
            assertThat(written()).isEqualTo(progress(1));
            assertThat(store.load("mailer", PATH)).contains(progress(3));
            time.advance(Duration.ofMillis(99));
            assertThat(written()).isEqualTo(progress(1));
            time.advance(Duration.ofMillis(1));
            assertThat(written()).isEqualTo(progress(3));
            assertThat(time.armed()).isZero();

            store.save(new Progress("mailer", PATH, "another life", 1));
            assertThat(written().incarnation()).isEqualTo("another life");
        }
    }

    @Test
    void should_write_due_progress_when_it_is_flushed_or_closed() throws IOException {
        DirectoryProgressStore store = open();
        store.save(progress(1));
        store.save(progress(2));
        store.flush();
        assertThat(written()).isEqualTo(progress(2));
        store.save(progress(3));
        store.close();
        store.close();

        assertThat(written()).isEqualTo(progress(3));
        assertThatIllegalStateException()
                .isThrownBy(() -> store.save(progress(4)))
                .withMessageContaining("'mailer' on /agents/1")
                .withMessageContaining("is closed");
    }

    @Test
    void should_try_again_until_it_can_write() throws IOException {
        try (DirectoryProgressStore store = open()) {
            store.save(progress(1));
            Path inTheWay = directory.resolve(file().getFileName() + ".tmp");
            Files.createDirectory(inTheWay);
            store.save(progress(2));
            assertThatThrownBy(store::flush)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(file().toString());
            time.advance(Duration.ofMillis(100));
            store.save(progress(3));
            Files.delete(inTheWay);
            assertThat(written()).isEqualTo(progress(1));

            time.advance(Duration.ofSeconds(1));

            assertThat(written()).isEqualTo(progress(3));
        }
    }

    @Test
    void should_refuse_a_directory_that_is_open_here_or_in_another_process() throws IOException {
        try (DirectoryProgressStore store = open()) {
            store.save(progress(1));
            assertThatIllegalStateException()
                    .isThrownBy(this::open)
                    .withMessageContaining(directory.toRealPath().toString())
                    .withMessageContaining("this process has it open already");
        }
        open().close();
    }

    @Test
    void should_refuse_a_directory_that_another_process_has_locked() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('L');
            assertThatIllegalStateException()
                    .isThrownBy(this::open)
                    .withMessageContaining("another process has it open");
        } finally {
            other.destroyForcibly().waitFor();
        }
        open().close();
    }

    /** A process that locks the directory like the store, reports it, and keeps the lock until it is killed. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(
                            Path.of(arguments[0], "progress.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                System.out.print(lock.isValid() ? 'L' : 'X');
                System.out.flush();
                int end = System.in.read();
                System.exit(end);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"slug\":\"mailer\",\"path\":\"/agen",
                "[]",
                "{\"slug\":\"mailer\",\"path\":\"/agents/1\",\"incarnation\":\"life\"}",
                "{\"slug\":\"mailer\",\"path\":\"/agents/1\",\"incarnation\":\"life\",\"acknowledgedThrough\":-1}",
                "{\"slug\":\"mailer\",\"path\":\"/../1\",\"incarnation\":\"life\",\"acknowledgedThrough\":1}",
                "{\"slug\":\"other\",\"path\":\"/agents/1\",\"incarnation\":\"life\",\"acknowledgedThrough\":9}"
            })
    void should_name_a_file_that_it_did_not_write_and_give_the_directory_back(String content) throws IOException {
        try (DirectoryProgressStore store = open()) {
            store.save(progress(1));
        }
        Path file = file();
        byte[] before = Files.readAllBytes(file);
        Files.writeString(file, content);

        assertThatIllegalStateException()
                .isThrownBy(this::open)
                .withMessageContaining(file.toString())
                .withMessageContaining("or delete it");

        Files.write(file, before);
        try (DirectoryProgressStore store = open()) {
            assertThat(store.load("mailer", PATH)).contains(progress(1));
        }
    }

    @Test
    void should_leave_the_files_of_others_alone_and_remove_what_a_crash_left_unfinished() throws IOException {
        Files.writeString(directory.resolve("notes.json"), "not ours");
        Files.writeString(directory.resolve("progress-mailer-0.json.tmp"), "{\"sl");

        open().close();

        assertThat(names()).containsExactlyInAnyOrder("notes.json", "progress.lock");
    }

    @Test
    void should_keep_file_names_inside_the_directory_and_apart_without_looking_at_case() {
        List<String> slugs = List.of("a", "A", "../a", "a/b", "a_b", "con", "", "\u0000", "é", "x".repeat(500));

        assertThat(slugs.stream().map(slug -> ProgressFile.nameOf(new ProgressKey(slug, PATH))))
                .allSatisfy(name ->
                        assertThat(name).matches("progress-[a-z0-9_-]*\\.json").hasSizeLessThan(128))
                .doesNotHaveDuplicates();
    }

    private DirectoryProgressStore open() {
        return DirectoryProgressStore.open(directory, time, time);
    }

    private static Progress progress(long through) {
        return new Progress("mailer", PATH, "life", through);
    }

    private Progress written() throws IOException {
        return ProgressFile.read(file());
    }

    private Path file() throws IOException {
        return directory.toRealPath().resolve(ProgressFile.nameOf(new ProgressKey("mailer", PATH)));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
