package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.Vault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets over HTTP: check 88, and that no answer contains a value. */
@SuppressWarnings("NullAway.Init") // set before each test
class SecretChecksTest {
    private static final String SECRETS = "/api/secrets";
    private static final String VALUE = "s3cr3t-Zq9-value";

    @TempDir
    Path directory;

    private Vault vault;
    private RunningServer millrace;

    @BeforeEach
    void start() {
        vault = Vault.open(directory, Optional.empty(), Timers.system());
        millrace = new RunningServer(builder -> builder.vault(vault));
    }

    @AfterEach
    void stop() throws Exception {
        millrace.close();
    }

    private Answer create(String name, String value, String... headers) {
        return millrace.post(
                SECRETS,
                "{\"name\": \"" + name + "\", \"value\": \"" + value + "\", \"description\": \"for tests\"}",
                headers);
    }

    @Test
    void check_88_create_list_and_delete() {
        Answer created = create(" api-key ", VALUE);
        assertThat(created.status()).isEqualTo(200);
        JsonNode summary = created.json();
        assertThat(summary.path("id").textValue())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(summary.path("name").textValue()).isEqualTo("api-key");
        assertThat(summary.path("description").textValue()).isEqualTo("for tests");
        assertThat(summary.path("createdAt").textValue())
                .endsWith("Z")
                .isEqualTo(summary.path("updatedAt").textValue());
        assertThat(summary.size()).isEqualTo(5);

        Answer again = create("api-key", "other");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.json().path("code").textValue()).isEqualTo("CONFLICT");

        Answer listed = millrace.get(SECRETS);
        assertThat(listed.json().path("total").intValue()).isEqualTo(1);
        assertThat(listed.json().path("secrets").get(0)).isEqualTo(summary);
        assertThat(listed.body()).doesNotContain(VALUE).doesNotContain("\"value\"");

        String one = SECRETS + "/" + summary.path("id").textValue();
        Answer deleted = millrace.send("DELETE", one, "");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.json().toString())
                .isEqualTo("{\"ok\":true,\"id\":\"" + summary.path("id").textValue() + "\",\"deleted\":true}");
        assertThat(millrace.send("DELETE", one, "").json().path("deleted").booleanValue())
                .isFalse();
        assertThat(vault.find(ProjectSlug.defaultProject(), "api-key")).isEmpty();
        assertThat(create("api-key", "new").status()).isEqualTo(200);
    }

    @Test
    void should_page_the_list() {
        for (int i = 0; i < 25; i++) {
            create("name-" + i, "v");
        }
        assertThat(names(millrace.get(SECRETS))).hasSize(20).startsWith("name-0");
        assertThat(names(millrace.get(SECRETS + "?limit=2&offset=23"))).containsExactly("name-23", "name-24");
        assertThat(names(millrace.get(SECRETS + "?offset=99"))).isEmpty();
        for (String wrong : List.of("limit=0", "limit=101", "limit=x", "offset=-1")) {
            assertThat(millrace.get(SECRETS + "?" + wrong).status()).as(wrong).isEqualTo(400);
        }
    }

    private static List<String> names(Answer listed) {
        List<String> names = new ArrayList<>();
        listed.json()
                .path("secrets")
                .forEach(secret -> names.add(secret.path("name").textValue()));
        return names;
    }

    @Test
    void should_keep_the_secrets_of_projects_apart() {
        String id = create("key", "one").json().path("id").textValue();
        assertThat(create("key", "two", "X-Project-Slug", "team-b").status()).isEqualTo(200);

        assertThat(vault.find(ProjectSlug.defaultProject(), "key")).contains("one");
        assertThat(vault.find(ProjectSlug.of("team-b"), "key")).contains("two");
        assertThat(names(millrace.get(SECRETS + "?projectSlug=team-c"))).isEmpty();
        assertThat(millrace.send("DELETE", SECRETS + "/" + id + "?projectSlug=team-b", "")
                        .json()
                        .path("deleted")
                        .booleanValue())
                .isFalse();
        assertThat(vault.find(ProjectSlug.defaultProject(), "key")).contains("one");
    }

    @Test
    void should_refuse_what_is_no_secret_without_repeating_it() {
        for (String body : List.of(
                "{\"name\": \"a\", \"value\": \"" + VALUE + "\"",
                "[\"" + VALUE + "\"]",
                "\"" + VALUE + "\"",
                "{\"name\": \"a\", \"value\": [\"" + VALUE + "\"]}",
                "{\"name\": {\"" + VALUE + "\": 1}, \"value\": \"v\"}",
                "{\"name\": \" \", \"value\": \"" + VALUE + "\"}",
                "{\"name\": \"a\", \"value\": \"\"}",
                "{\"name\": \"a\", \"" + VALUE + "\": \"v\"}",
                "{\"name\": \"" + "n".repeat(256) + "\", \"value\": \"" + VALUE + "\"}")) {
            Answer answer = millrace.post(SECRETS, body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.json().path("data").path("issues")).hasSize(1);
            assertThat(answer.body()).doesNotContain(VALUE);
        }
        assertThat(millrace.get(SECRETS).json().path("total").intValue()).isZero();
    }

    @Test
    void should_answer_404_without_a_vault() throws Exception {
        try (RunningServer plain = new RunningServer()) {
            assertThat(plain.get(SECRETS).status()).isEqualTo(404);
            assertThat(plain.post(SECRETS, "{}").status()).isEqualTo(404);
        }
    }

    @Test
    void should_let_a_value_be_seen_nowhere() throws IOException {
        List<String> logged = new ArrayList<>();
        Handler spy = new Handler() {
            @Override
            public void publish(LogRecord line) {
                logged.add(line.getMessage() + " " + line.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(spy);
        List<String> told = new ArrayList<>();
        try {
            String stream = freshStream();
            told.add(create("key", VALUE).body());
            told.add(create("key", VALUE).body());
            told.add(millrace.post(SECRETS, "{" + VALUE).body());
            told.add(millrace.send("PUT", SECRETS, VALUE).body());
            told.add(millrace.get(SECRETS + "/key").body());
            told.add(millrace.get(SECRETS).body());
            told.add(millrace.append(stream, "{\"type\": \"a\"}").body());
            told.add(millrace.get(stateOf(stream)).body());
            told.add(millrace.history("/").body());
            told.add(millrace.history(stream).body());
            told.add(vault.toString());
        } finally {
            root.removeHandler(spy);
        }
        assertThat(vault.find(ProjectSlug.defaultProject(), "key")).contains(VALUE);
        assertThat(told).noneMatch(text -> text.contains(VALUE));
        assertThat(logged).noneMatch(text -> text.contains(VALUE));
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .doesNotContain(VALUE);
            }
        }
    }
}
