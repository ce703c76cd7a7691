package dev.millrace.examples.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.security.AccessTokens;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server runs this processor like a built-in one. */
@SuppressWarnings("NullAway.Init") // set before each test
class HostedPollTest {
    private static final String POLL = "{'question':'Tea or coffee?','options':['tea','coffee'],'votes':3}";

    @TempDir
    Path directory;

    private StreamEngine engine;
    private MillraceServer server;
    private Http http;
    private String append;
    private String control;

    @BeforeEach
    void start() {
        AccessTokens tokens = AccessTokens.in(directory, Timers.system());
        append = token(tokens, Operation.READ, Operation.APPEND);
        control = token(tokens, Operation.READ, Operation.APPEND, Operation.CONTROL);
        List<ProcessorProvider> found = ServiceLoader.load(ProcessorProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        engine =
                StreamEngine.builder(new InMemoryEventStore()).processors(found).start();
        server = MillraceServer.builder(engine).tokens(tokens).start();
        http = new Http(server.baseUri());
    }

    @AfterEach
    void stop() {
        server.stop(Duration.ofSeconds(1));
        engine.close();
    }

    private static String token(AccessTokens tokens, Operation... operations) {
        return tokens.create(Optional.empty(), StreamPath.root(), Set.of(operations), Optional.empty())
                .token();
    }

    private JsonNode poll(String path) {
        return http.get(append, "/api/streams/__state" + path).body().at("/processors/poll");
    }

    @Test
    void should_start_with_its_own_event_and_act() {
        assertThat(poll("/tea").toString()).isEqualTo("{}");

        http.append(control, "/tea", "poll-opened", POLL);
        http.append(append, "/tea", "vote-cast", "{'option':'tea'}");
        assertThat(poll("/tea").at("/open/votes/tea").intValue()).isEqualTo(1);
        http.append(append, "/tea", "vote-cast", "{'option':'coffee','voter':'ann'}");
        http.append(append, "/tea", "vote-cast", "{'option':'water'}");
        http.append(append, "/tea", "vote-cast", "{'option':'tea'}");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(http.events(append, "/tea"))
                        .last()
                        .satisfies(closed -> {
                            assertThat(closed.path("type").asText()).isEqualTo("poll-closed");
                            assertThat(closed.path("payload").toString())
                                    .isEqualTo("{\"winner\":\"tea\",\"votes\":{\"tea\":2,\"coffee\":1}}");
                        }));
        assertThat(poll("/tea").toString()).isEqualTo("{}");
    }

    @Test
    void should_store_malformed_payloads_as_invalid_events() {
        assertInvalid(
                "{'question':'q'}",
                "payload.options: expected an array, got nothing\n"
                        + "payload.votes: expected a positive integer, got nothing");
        assertInvalid(
                "{'question':' ','options':['a','b'],'votes':'3','x':1}",
                "payload.question: expected a non-empty"
                        + " string, got \" \"\npayload.votes: expected a positive integer, got \"3\"\npayload.x: unknown field");
        assertInvalid(
                "{'question':'q','options':['a','a'],'votes':3}",
                "payload.options: expected two or more different options, got [a, a]");
        assertThat(poll("/bad").toString()).isEqualTo("{}");
    }

    private void assertInvalid(String payload, String error) {
        Http.Answer answer = http.append(control, "/bad", "poll-opened", payload);

        assertThat(answer.status()).isEqualTo(200);
        JsonNode kept = answer.body().path("event");
        assertThat(kept.path("type").asText()).endsWith("/invalid-event-appended");
        assertThat(kept.at("/payload/error").asText()).isEqualTo(error);
        assertThat(kept.at("/payload/rawInput/type").asText()).isEqualTo("poll-opened");
    }

    @Test
    void should_need_a_token_with_control() {
        Http.Answer refused = http.append(append, "/mine", "poll-opened", POLL);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().path("message").asText())
                .contains("may not append 'poll-opened' to /mine; it does not allow 'control'");
        assertThat(http.append(append, "/mine", "vote-cast", "{'option':'tea'}").status())
                .isEqualTo(200);
        assertThat(http.append(control, "/mine", "poll-opened", POLL).status()).isEqualTo(200);
    }

    @Test
    void should_be_described_in_the_reference() {
        JsonNode opened = http.described("poll-opened");

        assertThat(opened.path("processor").asText()).isEqualTo("poll");
        assertThat(opened.path("operation").asText()).isEqualTo("control");
        assertThat(opened.path("page").asText())
                .startsWith("# `poll-opened`")
                .contains("how many votes close the poll");
        assertThat(http.described("vote-cast").at("/schema/$ref").asText())
                .isEqualTo("#/components/schemas/event.vote-cast");
    }
}
