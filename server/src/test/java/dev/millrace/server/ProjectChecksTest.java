package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.Vault;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same path in two projects is two streams, for each way to name a project and each kind of request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class ProjectChecksTest {
    private RunningServer millrace;

    /** How a request names its project. */
    enum Way {
        HEADER,
        OLD_HEADER,
        QUERY,
        HOST
    }

    @BeforeAll
    void start() {
        millrace = new RunningServer(
                builder -> builder.vault(Vault.inMemory(Timers.system())).allowHost(List.of("mill.example.org")));
    }

    @AfterAll
    void stop() throws Exception {
        millrace.close();
    }

    /** Sends a raw request and returns the whole answer. */
    private String send(Way way, String project, String method, String target, String body) throws IOException {
        String query = way == Way.QUERY ? (target.contains("?") ? "&" : "?") + "projectSlug=" + project : "";
        String header = switch (way) {
            case HEADER -> "X-Project-Slug: " + project + "\r\n";
            case OLD_HEADER -> "X-Iterate-Project: " + project + "\r\n";
            default -> "";
        };
        String host = way == Way.HOST ? project + ".mill.example.org" : "localhost";
        return raw(method, target + query, host, header, body);
    }

    private String raw(String method, String target, String host, String headers, String body) throws IOException {
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            return socket.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers
                            + "Content-Type: application/json\r\nContent-Length: " + body.length()
                            + "\r\nConnection: close\r\n\r\n" + body)
                    .readToTheEnd();
        }
    }

    private String ok(Way way, String project, String method, String target, String body) throws IOException {
        String answer = send(way, project, method, target, body);
        assertThat(answer).startsWith("HTTP/1.1 200");
        return answer;
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void should_keep_projects_apart_whatever_is_asked(Way way) throws IOException {
        String stream = freshStream();
        String fork = freshStream();
        String history = api(stream) + "?beforeOffset=end";
        ok(way, "one", "POST", api(stream), "{\"type\": \"in-one\", \"idempotencyKey\": \"k\"}");
        ok(way, "two", "POST", stream, "{\"type\": \"in-two\", \"idempotencyKey\": \"k\"}");
        ok(way, "two", "POST", api(stream), "{\"type\": \"in-two-again\"}");

        assertThat(ok(way, "one", "GET", history, "")).contains("in-one").doesNotContain("in-two");
        assertThat(ok(way, "two", "GET", stream, ""))
                .contains("in-two", "in-two-again")
                .doesNotContain("in-one");
        assertThat(ok(way, "one", "GET", stateOf(stream), ""))
                .contains("\"projectSlug\": \"one\"", "\"eventCount\": 2");
        assertThat(ok(way, "two", "GET", stateOf(stream), ""))
                .contains("\"projectSlug\": \"two\"", "\"eventCount\": 3");
        assertThat(millrace.get(stateOf(stream) + "?create=false").status()).isEqualTo(404);

        assertThat(ok(way, "one", "POST", "/api/streams/__fork" + stream, "{\"at\": 2, \"to\": \"" + fork + "\"}"))
                .contains(fork);
        assertThat(ok(way, "one", "GET", "/api/streams", "")).contains("\"" + fork + "\"");
        assertThat(ok(way, "two", "GET", "/api/streams", ""))
                .contains("\"" + stream + "\"")
                .doesNotContain(fork);

        String secret = "{\"name\": \"" + stream + "\", \"value\": \"v\"}";
        ok(way, "one", "POST", "/api/secrets", secret);
        assertThat(ok(way, "two", "GET", "/api/secrets", "")).doesNotContain(stream);
        ok(way, "two", "POST", "/api/secrets", secret);

        assertThat(ok(way, "one", "DELETE", api(stream), "")).contains("\"destroyedStreamCount\": 1");
        assertThat(ok(way, "one", "DELETE", api(stream), "")).contains("\"destroyedStreamCount\": 0");
        assertThat(ok(way, "two", "GET", history, "")).contains("in-two");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void should_show_a_live_reader_its_own_project_only(Way way) throws IOException {
        if (way == Way.HOST) {
            return; // the client cannot set Host; the finite reads above test this
        }
        String stream = freshStream();
        String query = way == Way.QUERY ? "&projectSlug=one" : "";
        String[] headers = way == Way.QUERY
                ? new String[0]
                : new String[] {way == Way.HEADER ? "X-Project-Slug" : "X-Iterate-Project", "one"};
        LiveReadClient reader =
                millrace.live(api(stream) + "?live=true" + query, headers).awaitOffset(1);

        ok(way, "two", "POST", api(stream), "{\"type\": \"in-two\"}");
        ok(way, "one", "POST", api(stream), "{\"type\": \"in-one\"}");

        reader.awaitOffset(2);
        assertThat(reader.events()).noneMatch(event -> event.toString().contains("in-two"));
    }

    @Test
    void should_take_every_pair_of_names_that_agree_and_no_other() throws IOException {
        String state = stateOf("/pairs");
        for (String[] other : List.of(
                new String[] {"?projectSlug=%s", "localhost", ""},
                new String[] {"", "%s.localhost", ""},
                new String[] {"", "%s.mill.example.org", ""},
                new String[] {"", "localhost", "X-Iterate-Project: %s\r\n"})) {
            String header = "X-Project-Slug: one\r\n";
            assertThat(raw(
                            "GET",
                            state + other[0].formatted("one"),
                            other[1].formatted("one"),
                            header + other[2].formatted("one"),
                            ""))
                    .startsWith("HTTP/1.1 200")
                    .contains("\"projectSlug\": \"one\"");
            assertThat(raw(
                            "GET",
                            state + other[0].formatted("two"),
                            other[1].formatted("two"),
                            header + other[2].formatted("two"),
                            ""))
                    .startsWith("HTTP/1.1 400")
                    .contains("names two projects");
        }
        assertThat(raw("GET", state + "?projectSlug=one&projectSlug=two", "localhost", "", ""))
                .startsWith("HTTP/1.1 400");
        assertThat(millrace.get("/api/streams?projectSlug=two").body()).doesNotContain("/pairs");
    }

    @Test
    void should_take_exactly_one_label_before_a_name_it_knows() throws IOException {
        assertThat(raw("GET", stateOf("/l"), "one.mill.example.org", "", "")).contains("\"projectSlug\": \"one\"");
        assertThat(raw("GET", stateOf("/l"), "mill.example.org", "", "")).contains("\"projectSlug\": \"public\"");
        for (String host : List.of(
                "a.b.mill.example.org", "example.org", "one.example.org", "xmill.example.org", "one.127.0.0.1")) {
            assertThat(raw("GET", stateOf("/l"), host, "", "")).as(host).startsWith("HTTP/1.1 403");
        }
    }
}
