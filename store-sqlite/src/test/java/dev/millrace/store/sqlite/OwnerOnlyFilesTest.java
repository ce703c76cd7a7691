package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class OwnerOnlyFilesTest {
    @TempDir
    private Path parent;

    @Test
    void should_give_access_to_the_owner_only() throws Exception {
        Path directory = parent.resolve("data");
        try (SqliteEventStore store = SqliteEventStore.open(directory)) {
            Records.append(store, 10);

            assertThat(modes(directory))
                    .isEqualTo(Map.of(
                            ".", "rwx------",
                            "millrace.db", "rw-------",
                            "millrace.db-wal", "rw-------",
                            "millrace.lock", "rw-------",
                            "millrace.mark", "rw-------"));
        }
    }

    @Test
    void should_take_away_what_an_older_version_gave() throws Exception {
        Path directory = parent.resolve("data");
        SqliteEventStore.open(directory).close();
        for (String name : new String[] {"tokens.lock", "tokens.json", "secret.key", "millrace.db-shm"}) {
            Files.writeString(directory.resolve(name), "{}");
        }
        open(directory);

        SqliteEventStore.open(directory).close();

        assertThat(modes(directory))
                .containsKeys("tokens.lock", "tokens.json", "secret.key", "millrace.db-shm", "millrace.lock")
                .allSatisfy((name, mode) -> assertThat(mode).endsWith("------"));
    }

    @Test
    void should_leave_a_directory_and_files_of_other_programs_as_they_are() throws Exception {
        Path directory = Files.createDirectory(parent.resolve("home"));
        Files.writeString(directory.resolve("letter.txt"), "dear");
        open(directory);

        SqliteEventStore.open(directory).close();

        assertThat(modes(directory))
                .isEqualTo(Map.of(
                        ".",
                        "rwxr-xr-x",
                        "letter.txt",
                        "rw-r--r--",
                        "millrace.db",
                        "rw-------",
                        "millrace.lock",
                        "rw-------",
                        "millrace.mark",
                        "rw-------"));
    }

    private static void open(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            }
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Map<String, String> modes(Path directory) throws IOException {
        Map<String, String> modes = new TreeMap<>();
        modes.put(".", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                modes.put(
                        file.getFileName().toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
        return modes;
    }
}
