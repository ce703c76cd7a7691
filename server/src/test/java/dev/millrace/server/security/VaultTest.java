package dev.millrace.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultTest {
    private static final ProjectSlug MINE = ProjectSlug.of("mine");
    private static final ProjectSlug YOURS = ProjectSlug.of("yours");

    @TempDir
    Path directory;

    private Vault open() {
        return Vault.open(directory, Optional.empty(), Timers.system());
    }

    private static String newKey() {
        return Base64.getEncoder().encodeToString(AesGcmCipher.newKey(new SecureRandom()));
    }

    private Path file() {
        return directory.resolve(Vault.FILE);
    }

    @Test
    void should_remember_secrets_and_their_summaries() {
        Vault first = open();
        SecretSummary summary = first.create(MINE, " key ", "välue\n", Optional.of("why"));
        first.create(YOURS, "key", "other", Optional.empty());

        Vault second = open();

        assertThat(second.find(MINE, "key")).contains("välue\n");
        assertThat(second.find(YOURS, "key")).contains("other");
        assertThat(second.find(MINE, "KEY")).isEmpty();
        assertThat(second.list(MINE)).extracting(SecretSummary::id).containsExactly(summary.id());
        assertThat(second.list(MINE).get(0).description()).contains("why");
        assertThat(second.delete(YOURS, summary.id())).isFalse();
        assertThat(second.delete(MINE, summary.id())).isTrue();
        assertThat(open().find(MINE, "key")).isEmpty();
    }

    @Test
    void should_keep_files_for_the_eyes_of_their_owner() throws IOException {
        open().create(MINE, "key", "plain-text-value", Optional.empty());

        for (String name : List.of(Vault.FILE, Vault.KEY_FILE)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))))
                    .isEqualTo("rw-------");
        }
        assertThat(Files.readString(file())).contains("\"key\"").doesNotContain("plain-text-value");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void should_encrypt_the_same_value_differently_each_time() throws IOException {
        Vault vault = open();
        vault.create(MINE, "a", "value", Optional.empty());
        String first = sealed(0);
        vault.create(MINE, "b", "value", Optional.empty());

        assertThat(sealed(1)).isNotEqualTo(first);
    }

    private String sealed(int index) throws IOException {
        return JsonCodec.parse(Files.readAllBytes(file()))
                .path("secrets")
                .get(index)
                .path("sealed")
                .textValue();
    }

    @Test
    void should_use_the_given_key_and_make_no_file_of_it() throws IOException {
        String key = newKey();
        Vault.open(directory, Optional.of(key), Timers.system()).create(MINE, "a", "v", Optional.empty());

        assertThat(directory.resolve(Vault.KEY_FILE)).doesNotExist();
        assertThat(Vault.open(directory, Optional.of(key + "\n"), Timers.system())
                        .find(MINE, "a"))
                .contains("v");
        assertThatThrownBy(() -> Vault.open(directory, Optional.of(newKey()), Timers.system()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was not encrypted with this key");
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is no key");
        assertThat(directory.resolve(Vault.KEY_FILE)).doesNotExist();
    }

    @Test
    void should_refuse_a_key_that_is_none_without_repeating_it() {
        for (String wrong :
                List.of("", "abc", "not base64 !", Base64.getEncoder().encodeToString(new byte[31]))) {
            assertThatThrownBy(() -> Vault.open(directory, Optional.of(wrong), Timers.system()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cannot open the secrets: the given key is not 32 bytes in Base64; make one with"
                            + " 'openssl rand -base64 32'");
        }
    }

    @Test
    void should_notice_a_value_that_was_moved_or_changed() throws IOException {
        Vault vault = open();
        vault.create(MINE, "harmless", "a", Optional.empty());
        vault.create(MINE, "precious", "b", Optional.empty());
        String text = Files.readString(file());

        Files.writeString(file(), text.replace("\"harmless\"", "\"renamed\""));
        assertThatThrownBy(this::open).hasMessageContaining("'renamed' of project mine");
        Files.writeString(file(), text.replace("\"mine\"", "\"yours\""));
        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class);
        Files.writeString(file(), text.replace(sealed(0), "AAAA"));
        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class);
        Files.writeString(file(), "{\"version\": 2}");
        assertThatThrownBy(this::open).hasMessageContaining("the file is no vault");
        Files.writeString(file(), text);
        assertThat(open().find(MINE, "precious")).contains("b");
    }

    @Test
    void should_keep_what_it_has_when_it_cannot_write() throws IOException {
        Vault vault = open();
        vault.create(MINE, "a", "v", Optional.empty());
        Path obstacle = directory.resolve(Vault.FILE + ".new");
        Files.createDirectories(obstacle.resolve("in-the-way"));

        assertThatThrownBy(() -> vault.create(MINE, "b", "w", Optional.empty()))
                .isInstanceOf(UncheckedIOException.class);

        assertThat(vault.list(MINE)).hasSize(1);
        assertThat(open().list(MINE)).hasSize(1);
    }

    @Test
    void should_refuse_a_second_of_a_name_and_lengths_that_are_wrong() {
        Vault vault = Vault.inMemory(Timers.system());
        vault.create(MINE, "a", "v", Optional.empty());

        assertThatThrownBy(() -> vault.create(MINE, " a", "w", Optional.empty()))
                .isInstanceOfSatisfying(
                        StreamException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(StreamException.Code.CONFLICT));
        assertThatThrownBy(() -> vault.create(MINE, " ", "w", Optional.empty()))
                .hasMessage("name must have 1 to 255 characters, got 0");
        assertThatThrownBy(() -> vault.create(MINE, "b", "", Optional.empty())).hasMessageStartingWith("value must");
        assertThatThrownBy(() -> vault.create(MINE, "b", "v".repeat(Vault.MAX_VALUE + 1), Optional.empty()))
                .hasMessageStartingWith("value must");
        assertThat(vault.create(MINE, "b", "v".repeat(Vault.MAX_VALUE), Optional.empty())
                        .name())
                .isEqualTo("b");
        assertThat(vault.find(MINE, "a")).contains("v");
    }
}
