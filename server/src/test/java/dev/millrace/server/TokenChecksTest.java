package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventName;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Access tokens over HTTP. */
@SuppressWarnings("NullAway.Init") // set before each test
class TokenChecksTest {
    private static final String PAUSE = "{\"type\": \"https://events.iterate.com/paused\"}";
    private static final String LEASE = "{\"type\": \"millrace/lease-claimed\", \"payload\":"
            + " {\"slug\": \"s\", \"holder\": \"h\", \"epoch\": 1, \"lease\": \"PT10S\"}}";
    private static final String GRANT = "{\"type\": \"tool-approval-granted\"}";
    private static final String PLAIN = "{\"type\": \"said\"}";
    private static final String CODE =
            "{\"type\": \"events.iterate.com/core/dynamic-worker/configured\", \"payload\": {\"slug\": \"s\", \"script\": \"x\"}}";
    private static final EventType WORKER = EventType.of(WorkerConfigured.class);
    private static final String[] BROWSER = {"Accept", "text/html,*/*;q=0.8"};

    @EventName(value = "https://events.iterate.com/events/stream/dynamic-worker/configured", aliases = "worker")
    record WorkerConfigured(String slug, String script) {}

    @EventName("https://events.iterate.com/events/stream/circuit-breaker-configured")
    record BreakerConfigured() {}

    @EventName("tool-approval-granted")
    record Granted() {}

    /** Provides a type that needs {@code deploy}, one that needs {@code control}, and one that needs {@code approve}. */
    private record WorkerProvider() implements ProcessorProvider {
        @Override
        public String name() {
            return "worker";
        }

        @Override
        public List<ProvidedEvent<?>> events() {
            return List.of(
                    ProvidedEvent.of(WorkerConfigured.class).withOperation(Operation.DEPLOY),
                    ProvidedEvent.of(BreakerConfigured.class).withOperation(Operation.CONTROL),
                    ProvidedEvent.of(Granted.class).withOperation(Operation.APPROVE));
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            throw new IllegalArgumentException("never attached");
        }
    }

    @TempDir
    Path directory;

    private AccessTokens tokens;
    private RunningServer millrace;

    @BeforeEach
    void start() {
        tokens = AccessTokens.in(directory, Timers.system());
        StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new WorkerProvider()))
                .start();
        millrace = new RunningServer(
                engine,
                builder -> builder.tokens(tokens)
                        .vault(Vault.inMemory(Timers.system()))
                        .allowOrigin(List.of("https://app.example.org")));
    }

    @AfterEach
    void stop() throws Exception {
        millrace.close();
    }

    private String token(String prefix, Operation... operations) {
        return tokens.create(
                        Optional.of(ProjectSlug.defaultProject()),
                        StreamPath.of(prefix),
                        Set.of(operations),
                        Optional.empty())
                .token();
    }

    private Answer call(String token, String method, String target, String body) {
        return millrace.send(
                method, target, body, "Authorization", "Bearer " + token, "Content-Type", "application/json");
    }

    private int status(String token, String method, String target, String body) {
        return call(token, method, target, body).status();
    }

    @Test
    void should_be_open_until_there_is_a_token_and_closed_from_then_on() {
        assertThat(millrace.append("/a", PLAIN).status()).isEqualTo(200);
        String id = tokens.create(Optional.empty(), StreamPath.root(), Set.of(Operation.READ), Optional.empty())
                .grant()
                .id();
        assertThat(millrace.append("/a", PLAIN).status()).isEqualTo(401);

        tokens.revoke(id);

        assertThat(millrace.append("/a", PLAIN).status()).isEqualTo(401);
    }

    @Test
    void should_want_a_known_token_on_every_route() {
        String good = token("/", Operation.ADMIN);
        call(good, "POST", api("/a"), PLAIN);
        for (String[] request : List.of(
                new String[] {"GET", api("/a") + "?beforeOffset=end"},
                new String[] {"GET", api("/a")},
                new String[] {"HEAD", api("/a")},
                new String[] {"POST", api("/a")},
                new String[] {"DELETE", api("/a")},
                new String[] {"GET", "/a"},
                new String[] {"POST", "/a"},
                new String[] {"GET", stateOf("/a")},
                new String[] {"GET", "/api/__state/a"},
                new String[] {"GET", "/api/stream-state/a"},
                new String[] {"GET", "/api/streams"},
                new String[] {"GET", "/api/__list/a"},
                new String[] {"GET", "/api/streams/__children/a"},
                new String[] {"POST", "/api/streams/__fork/a"},
                new String[] {"POST", "/api/streams/__import/a"},
                new String[] {"GET", "/api/secrets"},
                new String[] {"POST", "/api/secrets"},
                new String[] {"DELETE", "/api/secrets/x"})) {
            String what = request[0] + " " + request[1];
            Answer without = millrace.send(request[0], request[1], "");
            assertThat(without.status()).as(what).isEqualTo(401);
            assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"millrace\"");
            if (!request[0].equals("HEAD")) {
                assertThat(without.json().path("code").textValue()).isEqualTo("UNAUTHORIZED");
                assertThat(without.json().path("status").intValue()).isEqualTo(401);
            }
            for (String wrong : List.of("Bearer " + good + "x", "Bearer", "Bearer ", "Basic " + good, good)) {
                Answer refused = millrace.send(request[0], request[1], "", "Authorization", wrong);
                assertThat(refused.status()).as(what + " " + wrong).isEqualTo(401);
                assertThat(refused.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
            }
            assertThat(millrace.send(
                                    request[0],
                                    request[1] + (request[1].contains("?") ? "&" : "?") + "token=" + good
                                            + "&access_token=" + good,
                                    "")
                            .status())
                    .as(what)
                    .isEqualTo(401);
        }
        assertThat(millrace.get("/healthz").status()).isEqualTo(200);
        assertThat(millrace.get("/a", BROWSER).body())
                .startsWith("<!doctype html>")
                .doesNotContain("said");
        assertThat(millrace.get("/a?live=false", BROWSER).status()).isEqualTo(401);
        assertThat(call(good, "GET", api("/a") + "?beforeOffset=end", "").offsets())
                .containsExactly(1L, 2L);
    }

    @Test
    void should_allow_each_operation_by_itself() {
        String read = token("/", Operation.READ);
        String append = token("/", Operation.APPEND);
        String control = token("/", Operation.CONTROL);
        String deploy = token("/", Operation.DEPLOY);
        String process = token("/", Operation.PROCESS);
        String approve = token("/", Operation.APPROVE);
        String admin = token("/", Operation.ADMIN);

        call(append, "POST", api("/a"), PLAIN);
        assertMay("GET", api("/a") + "?beforeOffset=end", "", read, append, control, deploy);
        assertMay("GET", stateOf("/a"), "", read, append, control, deploy);
        assertMay("GET", "/api/streams", "", read, append, control, deploy);
        assertMay("POST", api("/a"), PLAIN, append, read, control, deploy);
        assertMay("POST", "/a", PLAIN, append, read, control, deploy);
        assertMay("POST", api("/b"), CODE, deploy, read, append, control);
        assertMay("POST", api("/c"), "[" + PLAIN + "]", append, read, control, deploy);
        assertMay("GET", "/api/secrets", "", admin, read, append, control, deploy);
        assertMay("DELETE", api("/a"), "", admin, read, append, control, deploy);
        assertMay("POST", api("/d"), PAUSE, control, read, append, deploy, process, approve);
        assertMay("POST", api("/f"), LEASE, process, read, append, deploy, control, approve);
        assertMay("POST", api("/g"), GRANT, approve, read, append, deploy, control, process);
        assertMay("POST", api("/g"), PLAIN, append, approve);
        assertThat(status(admin, "POST", api("/e"), PLAIN)).isEqualTo(200);
        assertThat(status(admin, "POST", api("/e"), CODE)).isEqualTo(200);
        assertThat(status(admin, "GET", stateOf("/e"), "")).isEqualTo(200);
    }

    @Test
    void should_say_in_english_what_a_token_may_not_do() {
        String read = token("/", Operation.READ);
        String append = token("/", Operation.APPEND);

        assertThat(refusal(append, "GET", api("/t"), "")).contains(" may not read /t; it does not allow 'read';");
        assertThat(refusal(append, "DELETE", api("/t"), ""))
                .contains(" may not administer /t; it does not allow 'admin';");
        assertThat(refusal(read, "GET", "/api/secrets", ""))
                .contains(" may not administer secrets; it does not allow 'admin';");
        assertThat(refusal(read, "POST", api("/t"), PLAIN))
                .contains(" may not append to /t; it does not allow 'append';");
        assertThat(refusal(append, "POST", api("/t"), PAUSE))
                .contains(" may not append '", "' to /t; it does not allow 'control'; use a token that does");
    }

    @Test
    void should_believe_provenance_only_with_process() {
        String append = token("/", Operation.APPEND);
        String process = token("/", Operation.APPEND, Operation.PROCESS);
        String event = "{\"type\": \"said\", \"idempotencyKey\": \"k\","
                + " \"metadata\": {\"millrace\": {\"processor\": \"p\", \"hops\": 65}}}";

        assertThat(call(append, "POST", api("/a"), event).json().at("/event/metadata/millrace"))
                .isEqualTo(JsonCodec.parse("{\"claimed\": {\"processor\": \"p\", \"hops\": 65}}"));
        assertThat(call(process, "POST", api("/a"), event).json().at("/event/metadata/millrace"))
                .isEqualTo(JsonCodec.parse("{\"processor\": \"p\", \"hops\": 65}"));
    }

    private String refusal(String token, String method, String target, String body) {
        return call(token, method, target, body).json().path("message").textValue();
    }

    private void assertMay(String method, String target, String body, String one, String... others) {
        for (String other : others) {
            Answer refused = call(other, method, target, body);
            assertThat(refused.status()).as(method + " " + target + " " + body).isEqualTo(403);
            assertThat(refused.json().path("code").textValue()).isEqualTo("FORBIDDEN");
            assertThat(refused.json().path("message").textValue()).contains("does not allow '");
        }
        assertThat(status(one, method, target, body))
                .as(method + " " + target + " " + body)
                .isEqualTo(200);
    }

    @Test
    void should_know_a_control_type_in_every_spelling_batch_and_form() {
        String append = token("/", Operation.APPEND);
        for (String spelling : millrace.engine.knownEvents().spellings(Operation.CONTROL)) {
            assertRefused(append, spelling);
        }
        for (String spelling : millrace.engine.knownEvents().spellings(Operation.DEPLOY)) {
            assertRefused(append, spelling);
        }
        assertRefused(append, "tool-approval-granted");
        assertThat(status(append, "POST", api("/a"), LEASE)).isEqualTo(403);
        assertThat(millrace.engine.head(ProjectSlug.defaultProject(), StreamPath.of("/a")))
                .isEmpty();
    }

    private void assertRefused(String append, String spelling) {
        String event = "{\"type\": \" " + spelling + " \", \"payload\": " + payload(spelling) + "}";
        assertThat(millrace.engine.knownEvents().problems(spelling, JsonCodec.parse(payload(spelling))))
                .as(spelling)
                .isEmpty();
        for (String body : List.of(event, "[" + PLAIN + "," + event + "]")) {
            assertThat(status(append, "POST", api("/a"), body)).as(spelling).isEqualTo(403);
        }
        assertThat(status(append, "POST", "/a", "{\"event\": " + event + "}"))
                .as(spelling)
                .isEqualTo(403);
    }

    private static String payload(String spelling) {
        if (WORKER.matches(spelling)) {
            return "{\"slug\":\"s\",\"script\":\"x\"}";
        }
        Optional<BuiltInType> type = BuiltInType.of(spelling);
        if (type.isEmpty()) {
            return "{}";
        }
        return switch (type.get()) {
            case PROCESSOR_ATTACHED, PROCESSOR_DETACHED -> "{\"processor\":\"p\"}";
            case PAUSED, RESUMED -> "{}";
            case HTML_RENDERER_CONFIGURED -> "{\"slug\":\"s\",\"matcher\":\"m\",\"template\":\"\"}";
            case PROGRESS_SAVED -> "{\"slug\":\"s\",\"path\":\"/a\",\"incarnation\":\"i\",\"acknowledgedThrough\":1}";
            default -> "{\"slug\":\"s\",\"holder\":\"h\",\"epoch\":1,\"lease\":\"PT1S\"}";
        };
    }

    @Test
    void should_take_an_invalid_event_for_what_it_becomes() {
        String append = token("/", Operation.APPEND);

        Answer stored =
                call(append, "POST", api("/a"), "{\"type\": \"https://events.iterate.com/paused\", \"payload\": 1}");

        assertThat(stored.status()).isEqualTo(200);
        assertThat(stored.event().path("type").textValue()).endsWith("invalid-event-appended");
        assertThat(status(append, "POST", api("/a"), PLAIN)).isEqualTo(200);
    }

    @Test
    void should_reach_no_further_than_its_prefix() {
        String all = token("/", Operation.ADMIN);
        String team = token("/team", Operation.READ, Operation.APPEND);
        for (String path : List.of("/team", "/team/a", "/teams", "/other/secret")) {
            call(all, "POST", api(path), PLAIN);
        }

        for (String path : List.of("/team", "/team/a", "/team/new")) {
            assertThat(status(team, "POST", api(path), PLAIN)).as(path).isEqualTo(200);
            assertThat(status(team, "GET", stateOf(path), "")).as(path).isEqualTo(200);
        }
        for (String path : List.of("/", "/teams", "/other/secret", "/other")) {
            Answer refused = call(team, "POST", api(path), PLAIN);
            assertThat(refused.status()).as(path).isEqualTo(403);
            assertThat(refused.body()).contains("it covers /team and below");
            assertThat(status(team, "GET", api(path) + "?beforeOffset=end", ""))
                    .as(path)
                    .isEqualTo(403);
            assertThat(status(team, "GET", stateOf(path), "")).as(path).isEqualTo(403);
        }
        assertThat(status(team, "GET", api("/team%2F..%2Fother"), "")).isEqualTo(400);
        assertThat(status(team, "POST", api("/team"), "{\"event\": " + PLAIN + ", \"path\": \"/other\"}"))
                .isEqualTo(400);

        Answer listed = call(team, "GET", "/api/streams", "");
        assertThat(listed.body()).contains("/team/a", "/team/new").doesNotContain("other", "teams", "\"/\"");
        assertThat(status(team, "GET", "/api/__list/other", "")).isEqualTo(403);
        assertThat(status(token("/team", Operation.ADMIN), "GET", "/api/secrets", ""))
                .isEqualTo(403);
        assertThat(status(token("/team", Operation.ADMIN), "DELETE", api("/teams"), ""))
                .isEqualTo(403);
        assertThat(status(token("/team", Operation.ADMIN), "DELETE", api("/team") + "?destroyChildren=true", ""))
                .isEqualTo(200);
    }

    @Test
    void should_hold_for_its_project_only() {
        String mine = token("/", Operation.READ, Operation.APPEND);
        String everywhere = tokens.create(
                        Optional.empty(), StreamPath.root(), Set.of(Operation.APPEND), Optional.empty())
                .token();

        assertThat(status(mine, "POST", api("/a") + "?projectSlug=other", PLAIN))
                .isEqualTo(403);
        assertThat(status(mine, "GET", "/api/streams?projectSlug=other", "")).isEqualTo(403);
        assertThat(status(everywhere, "POST", api("/a") + "?projectSlug=other", PLAIN))
                .isEqualTo(200);
    }

    @Test
    void should_fork_only_what_it_may_read_to_where_it_may_append_what_is_copied() {
        String all = token("/", Operation.ADMIN);
        call(all, "POST", api("/team/a"), PLAIN);
        call(all, "POST", api("/team/a"), PAUSE.replace("paused", "circuit-breaker-configured"));
        call(all, "POST", api("/team/a"), CODE);
        call(all, "POST", api("/team/h"), GRANT);
        call(all, "POST", api("/other"), PLAIN);
        String team = token("/team", Operation.READ, Operation.APPEND);
        String steering = token("/team", Operation.READ, Operation.APPEND, Operation.CONTROL);

        assertThat(fork(team, "/team/a", 2, "/team/b")).isEqualTo(200);
        assertThat(fork(team, "/team/a", 3, "/team/c")).isEqualTo(403);
        assertThat(fork(steering, "/team/a", 3, "/team/c")).isEqualTo(200);
        assertThat(fork(steering, "/team/a", 4, "/team/d")).isEqualTo(403);
        assertThat(fork(steering, "/team/h", 2, "/team/i")).isEqualTo(403);
        assertThat(fork(token("/team", Operation.READ, Operation.APPEND, Operation.APPROVE), "/team/h", 2, "/team/i"))
                .isEqualTo(200);
        assertThat(fork(team, "/team/a", 2, "/elsewhere")).isEqualTo(403);
        assertThat(fork(team, "/other", 2, "/team/e")).isEqualTo(403);
        assertThat(fork(token("/", Operation.READ), "/other", 2, "/team/f")).isEqualTo(403);
        assertThat(fork(token("/", Operation.APPEND), "/other", 2, "/team/g")).isEqualTo(403);
    }

    private int fork(String token, String from, long at, String to) {
        return status(token, "POST", "/api/streams/__fork" + from, "{\"at\": " + at + ", \"to\": \"" + to + "\"}");
    }

    @Test
    void should_end_a_live_read_when_its_token_is_revoked() {
        AccessTokens.Created created = tokens.create(
                Optional.empty(), StreamPath.root(), Set.of(Operation.READ, Operation.APPEND), Optional.empty());
        call(created.token(), "POST", api("/a"), PLAIN);
        LiveReadClient reader = millrace.follow("/a", "Authorization", "Bearer " + created.token());
        await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.liveReads() == 1);

        tokens.revoke(created.grant().id());

        await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.liveReads() == 0);
        reader.awaitLine("event: error").awaitLine("UNAUTHORIZED").awaitEnd();
    }

    @Test
    void should_answer_a_preflight_without_a_token_and_name_the_header() {
        token("/", Operation.READ);
        Answer preflight = millrace.send(
                "OPTIONS",
                api("/a"),
                "",
                "Origin",
                "https://app.example.org",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization,content-type");

        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Headers")).contains("Authorization");
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.org");
        Answer refused = millrace.append("/a", PLAIN, "Origin", "https://app.example.org");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.org");
        assertThat(refused.header("Access-Control-Expose-Headers")).contains("WWW-Authenticate");
    }
}
