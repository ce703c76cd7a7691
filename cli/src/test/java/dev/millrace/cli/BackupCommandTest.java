package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BackupCommandTest {
    private static final StreamPath PATH = StreamPath.of("/orders");

    @TempDir
    Path parent;

    private Screen run(int code, String... args) {
        Screen screen = Screen.pipe();
        assertThat(screen.run(args)).as(String.join(" ", args) + screen.err()).isEqualTo(code);
        return screen;
    }

    private Screen backUp(int code, Path target) {
        return run(code, "backup", target.toString(), "--data", data().toString());
    }

    private Path data() {
        return parent.resolve("data");
    }

    private static long append(EventStreams streams, String key) throws Exception {
        EventInput input =
                EventInput.builder().type("ordered").idempotencyKey(key).build();
        return streams.append(PATH, input).get(30, TimeUnit.SECONDS).offset();
    }

    private static List<Event> events(Path home) throws Exception {
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(home)).start()) {
            return engine.streams(ProjectSlug.defaultProject())
                    .read(PATH, ReadRange.all())
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private LocalService serve() {
        SqliteEventStore store = SqliteEventStore.open(data());
        DataDirectoryOptions.Opened opened = new DataDirectoryOptions.Opened(
                store,
                Optional.of(AccessTokens.in(data(), Timers.system())),
                Vault.open(data(), Optional.empty(), Timers.system()));
        return LocalService.start(opened, Map.of(), LocalService.Listening.locally(0, false));
    }

    private void fill(int events) throws Exception {
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(data())).start()) {
            for (int i = 0; i < events; i++) {
                append(engine.streams(ProjectSlug.defaultProject()), "key-" + i);
            }
        }
    }

    @Test
    void should_say_that_a_backup_has_no_events() {
        SqliteEventStore.open(data()).close();

        Screen screen = backUp(0, parent.resolve("backup"));

        assertThat(screen.err()).contains("the backup has no events; check that --data", data().toString());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void should_refuse_a_target_that_is_empty_or_a_link_to_nothing() throws Exception {
        fill(1);
        Path link = Files.createSymbolicLink(parent.resolve("link"), parent.resolve("nothing"));

        assertThat(backUp(1, link).err()).contains("backup failed: " + link + " exists; give the name of a new");
        assertThat(backUp(1, Path.of("")).err()).contains("backup failed: TARGET is empty");
    }

    @Test
    void should_copy_all_that_a_running_server_has() throws Exception {
        Path target = parent.resolve("backup");
        Vault.open(data(), Optional.empty(), Timers.system())
                .create(ProjectSlug.defaultProject(), "mail", "the value", Optional.empty());
        AccessTokens.in(data(), Timers.system())
                .create(Optional.empty(), StreamPath.root(), Set.of(Operation.READ), Optional.empty());
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        long before;
        Screen screen;
        try (LocalService service = serve()) {
            acknowledged.set(append(service.streams(), "first"));
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                for (int i = 0; !enough.get(); i++) {
                    int number = i;
                    assertThatCode(() -> acknowledged.set(append(service.streams(), "key-" + number)))
                            .doesNotThrowAnyException();
                }
            });
            before = acknowledged.get();

            screen = backUp(0, target);

            enough.set(true);
            writer.get(30, TimeUnit.SECONDS);
        }
        assertThat(screen.out()).matches("backup \\Q" + target + "\\E: \\d+ events of \\d+ streams, 1 MiB\\R");
        assertThat(screen.err()).contains("has the key of the secrets");
        assertThat(parent.toFile().list()).containsExactlyInAnyOrder("data", "backup");
        assertThat(data().toFile().list()).doesNotContain("millrace.sock");
        assertThat(target.toFile().list())
                .containsExactlyInAnyOrder("millrace.db", "tokens.json", "secrets.json", "secret.key");
        List<Event> copied = events(target);
        assertThat(copied)
                .hasSizeGreaterThanOrEqualTo((int) before)
                .extracting(Event::offset)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, copied.size()).boxed().toList());
        assertThat(AccessTokens.in(target, Timers.system()).list()).hasSize(1);
        assertThat(Vault.open(target, Optional.empty(), Timers.system()).find(ProjectSlug.defaultProject(), "mail"))
                .contains("the value");
    }

    @Test
    void should_copy_the_events_of_a_stopped_server() throws Exception {
        fill(20);

        Screen screen = backUp(0, parent.resolve("backup"));

        assertThat(screen.out()).contains(" events of ");
        assertThat(screen.err()).isEmpty();
        assertThat(events(parent.resolve("backup"))).isEqualTo(events(data()));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void should_give_a_backup_to_its_owner_only() throws Exception {
        Path target = parent.resolve("backup");
        try (LocalService service = serve()) {
            append(service.streams(), "first");
            assertThat(mode(data().resolve("millrace.sock"))).isEqualTo("rw-------");
            backUp(0, target);
        }
        assertThat(mode(target)).isEqualTo("rwx------");
        for (String name : target.toFile().list()) {
            assertThat(mode(target.resolve(name))).as(name).isEqualTo("rw-------");
        }
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void should_refuse_a_target_that_exists_and_a_directory_without_events() throws Exception {
        Path target = Files.createDirectory(parent.resolve("backup"));
        assertThat(backUp(1, target).err())
                .contains("there are no events in " + data(), "--data")
                .hasLineCount(1);
        fill(1);

        assertThat(backUp(1, target).err()).contains(target + " exists").hasLineCount(1);
        assertThat(backUp(1, parent.resolve("none/backup")).err())
                .contains("there is no directory " + parent.resolve("none"));
        assertThat(backUp(1, data().resolve("backup")).err()).contains("is inside the data directory");
        assertThat(run(2, "backup").err()).contains("Missing required parameter: 'TARGET'");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void should_leave_nothing_of_a_backup_that_fails() throws Exception {
        fill(3);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data().resolve("millrace.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM events WHERE offset = 2");
        }

        assertThat(backUp(1, parent.resolve("backup")).err())
                .contains("the file is damaged")
                .hasLineCount(1);
        try (LocalService service = serve()) {
            assertThat(service.uri()).isNotNull();
            assertThat(backUp(1, parent.resolve("backup")).err()).contains("the file is damaged");
        }

        assertThat(parent.toFile().list()).containsExactly("data");
    }

    @Test
    void should_say_so_if_another_program_has_the_events_open() throws Exception {
        fill(1);
        try (SqliteEventStore store = SqliteEventStore.open(data())) {
            assertThat(backUp(1, parent.resolve("backup")).err()).contains(store.directory() + "; this process has it");
        }
        backUp(0, parent.resolve("backup"));
    }
}
