package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.ProjectSlug;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardsTest {
    private final HostHeaderFilter hosts = new HostHeaderFilter("10.1.2.3", List.of("mill.example.org"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST.",
                "127.0.0.1",
                "127.8.8.8",
                "127.0.0.0",
                "127.255.255.255",
                "[0:0:0:0:0:0:0:1]",
                "[::1]",
                "10.1.2.3",
                "mill.example.org",
                "192.168.7.7"
            })
    void should_answer_to_its_own_names(String host) {
        assertThat(hosts.check(host, "192.168.7.7")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"team-a.localhost,team-a", "Team.Mill.Example.org,team"})
    void should_find_the_project_label(String host, String label) {
        assertThat(hosts.check(host, "127.0.0.1")).contains(label);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example.com",
                "localhost.evil.com",
                "a.b.localhost",
                "example.org",
                "x.10.1.2.3",
                "8.8.8.8",
                "",
                ".localhost",
                "127.0.0.1.evil.com",
                "127.0.0.256",
                "127.0.0.999",
                "127.256.0.1",
                "127.0.0.01",
                "127.0.0.001",
                "127.00.0.1",
                "0177.0.0.1",
                "0x7f.0.0.1",
                "127.0.0.0x1",
                "0x7f000001",
                "2130706433",
                "127.1",
                "127.0.1",
                "127",
                "127.0.0",
                "127.0.0.1.1",
                "127.0.0.-1",
                "127.0.0.+1",
                "127.0.0.\u0661",
                "0.0.0.0",
                "[::]",
                "[::ffff:127.0.0.1]",
                "[::127.0.0.1]",
                "[::ffff:7f00:1]",
                "[0:0:0:0:0:0:0:01]",
                "[::1%lo]",
                "[::2]",
                "a.127.0.0.1"
            })
    void should_refuse_other_names(String host) {
        assertThatThrownBy(() -> hosts.check(host, "127.0.0.1"))
                .isInstanceOfSatisfying(
                        HttpErrorException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(403))
                .hasMessageContaining("--allow-host");
    }

    @Test
    void should_choose_the_project_and_refuse_two() {
        ProjectResolver none = new ProjectResolver();
        assertThat(none.project()).isEqualTo(ProjectSlug.defaultProject());

        ProjectResolver agreed = new ProjectResolver();
        agreed.name("X-Project-Slug", " team-a ");
        agreed.name("projectSlug", "team-a");
        assertThat(agreed.project()).isEqualTo(ProjectSlug.of("team-a"));
        assertThatThrownBy(() -> agreed.name("Host", "team-b"))
                .hasMessageContaining("X-Project-Slug")
                .hasMessageContaining("Host");
    }

    @Test
    void should_name_the_header_of_a_slug_that_is_not_one() {
        for (String text : List.of("", "  ", "x".repeat(256))) {
            assertThatThrownBy(() -> new ProjectResolver().name("X-Iterate-Project", text))
                    .isInstanceOf(HttpErrorException.class)
                    .hasMessageContaining("X-Iterate-Project must be a non-empty string");
        }
    }

    @Test
    void should_refuse_a_slug_that_cannot_be_seen() {
        for (String text : List.of("\0", "a\u0000b", "a\nb", "a\u0085b")) {
            assertThatThrownBy(() -> new ProjectResolver().name("projectSlug", text))
                    .isInstanceOf(HttpErrorException.class)
                    .hasMessageContaining("projectSlug must not have control characters, got U+00");
        }
        ProjectResolver selection = new ProjectResolver();
        selection.name("projectSlug", " Grüße, 世界 ");
        assertThat(selection.project()).hasToString("Grüße, 世界");
    }

    @Test
    void should_let_its_own_pages_and_programs_in() {
        CorsPolicy origins = new CorsPolicy(List.of());
        assertThat(admit(origins, "POST", null).getField("Access-Control-Allow-Origin"))
                .isNull();
        assertThat(admit(origins, "POST", "http://localhost:4242").getField("Access-Control-Allow-Origin"))
                .isNull();
    }

    @Test
    void should_refuse_changes_from_foreign_pages_and_leave_their_reads_unreadable() {
        CorsPolicy origins = new CorsPolicy(List.of("https://app.example.org"));
        for (String method : List.of("POST", "DELETE")) {
            for (String origin : List.of("https://evil.example", "null", "http://localhost:9")) {
                assertThatThrownBy(() -> admit(origins, method, origin)).hasMessageContaining("--allow-origin");
            }
        }
        assertThat(admit(origins, "GET", "https://evil.example").getField("Access-Control-Allow-Origin"))
                .isNull();
    }

    @Test
    void should_answer_the_preflight_of_a_welcome_page() {
        CorsPolicy origins = new CorsPolicy(List.of("https://app.example.org/"));
        HttpFields.Mutable answer = HttpFields.build();
        HttpFields request = HttpFields.build()
                .add("Origin", "https://app.example.org")
                .add("Access-Control-Request-Method", "POST");

        assertThat(origins.admit("OPTIONS", request, "localhost:4242", answer)).isTrue();
        assertThat(answer.get("Access-Control-Allow-Origin")).isEqualTo("https://app.example.org");
        assertThat(answer.get("Access-Control-Allow-Methods")).contains("POST").contains("DELETE");
        assertThat(answer.get("Access-Control-Allow-Headers"))
                .contains("X-Project-Slug", "traceparent", "tracestate", "baggage");
        assertThat(answer.get("Access-Control-Expose-Headers")).contains("Idempotent-Replayed", "Idempotent-Diverged");
        assertThat(answer.get("Vary")).isEqualTo("Origin");
        assertThat(new CorsPolicy(List.of("*")).admit("OPTIONS", request, null, HttpFields.build()))
                .isTrue();
        assertThatThrownBy(() -> new CorsPolicy(List.of()).admit("OPTIONS", request, null, HttpFields.build()))
                .isInstanceOf(HttpErrorException.class);
    }

    private static HttpFields admit(CorsPolicy origins, String method, @Nullable String origin) {
        HttpFields.Mutable request = HttpFields.build();
        Optional.ofNullable(origin).ifPresent(value -> request.add("Origin", value));
        HttpFields.Mutable answer = HttpFields.build();
        assertThat(origins.admit(method, request, "localhost:4242", answer)).isFalse();
        return answer;
    }
}
