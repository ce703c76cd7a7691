package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.openai.ModelCallResult.Finished;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RetryingModelCallTest {
    private static final JsonNode BODY = JsonCodec.parse("{\"model\":\"m\",\"input\":\"hi\",\"stream\":true}");
    private static final ModelReply BUSY = ModelReply.failure(503, "server_error", "server_error", "busy");

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private static final String DELTA =
            "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"x\"}\n\n";

    private final VirtualTimers timers = new VirtualTimers();
    private final Recording said = new Recording();

    @Test
    void should_try_again_after_failures_that_may_pass() throws Exception {
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(BUSY, BUSY, ModelReply.text("at last")))) {
            call(server.baseUrl()).send();
            passWaits(2);

            assertThat(said.outcome()).isInstanceOf(Finished.class);
            assertThat(said.text()).isEqualTo("at last");
            assertThat(server.requests()).hasSize(3);
            assertThat(said.delays.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
            assertThat(said.delays.get(1)).isBetween(Duration.ofMillis(500), Duration.ofMillis(1000));
        }
    }

    @Test
    void should_give_up_after_four_tries() throws Exception {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(BUSY))) {
            call(server.baseUrl()).send();
            passWaits(3);

            assertThat(said.failure().kind()).isEqualTo(FailureKind.OVERLOADED);
            assertThat(server.requests()).hasSize(RetryingModelCall.MOST_TRIES);
        }
    }

    @Test
    void should_wait_exactly_as_long_as_it_is_asked_to() throws Exception {
        ModelReply limited = ModelReply.status(429, "slow down", Map.of("retry-after", "7"));
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(limited, ModelReply.text("ok")))) {
            call(server.baseUrl()).send();
            await().atMost(Duration.ofSeconds(30)).until(() -> timers.pending() == 1);
            assertThat(timers.remaining()).containsExactly(Duration.ofSeconds(7));
            timers.advance(Duration.ofMillis(6_999));
            assertThat(server.requests()).hasSize(1);
            timers.advance(Duration.ofMillis(1));

            assertThat(said.outcome()).isInstanceOf(Finished.class);
        }
    }

    @Test
    void should_not_wait_longer_than_a_minute() throws Exception {
        ModelReply limited = ModelReply.status(429, "slow down", Map.of("retry-after", "3600"));
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(limited))) {
            call(server.baseUrl()).send();

            assertThat(said.failure().kind()).isEqualTo(FailureKind.RATE_LIMIT);
            assertThat(said.failure().retryable()).isTrue();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void should_try_again_when_the_stream_is_cut_before_the_first_output_only() throws Exception {
        ModelScript script = ModelScript.of(
                ModelReply.text("one two").endAfter(200),
                ModelReply.text("one two").cutAfter(2500));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            call(server.baseUrl()).send();
            passWaits(1);

            assertThat(said.failure().kind()).isEqualTo(FailureKind.TRUNCATED);
            assertThat(said.text()).startsWith("one");
            assertThat(server.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"insufficient_quota", "invalid_api_key", "invalid_value"})
    void should_never_repeat_what_cannot_help(String code) throws Exception {
        try (ScriptedModelServer server =
                ScriptedModelServer.start(ModelScript.of(ModelReply.failure(429, "x", code, "no")))) {
            call(server.baseUrl()).send();

            assertThat(said.failure().retryable()).isFalse();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void should_end_a_wait_when_it_is_cancelled() {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(BUSY))) {
            RetryingModelCall call = call(server.baseUrl());
            call.send();
            await().atMost(Duration.ofSeconds(30)).until(() -> timers.pending() == 1);
            call.cancel();
            timers.advance(Duration.ofMinutes(5));

            assertThat(timers.pending()).isZero();
            assertThat(server.requests()).hasSize(1);
            assertThat(said.isOver()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", HEAD, HEAD + DELTA})
    void should_hang_up_at_once_also_on_a_silent_server(String beginning) throws Exception {
        Duration quickest = Duration.ofHours(1); // the fastest of several runs, because the machine may be busy
        for (int run = 0; run < 5; run++) {
            try (SilentServer server = new SilentServer(beginning)) {
                RetryingModelCall call = call(server.baseUrl());
                call.send();
                server.silent().get(30, TimeUnit.SECONDS);

                long cancelled = System.nanoTime();
                call.cancel();
                long hungUp = server.hungUpNanos().get(30, TimeUnit.SECONDS);

                Duration taken = Duration.ofNanos(hungUp - cancelled);
                quickest = taken.compareTo(quickest) < 0 ? taken : quickest;
                assertThat(said.isOver()).isFalse();
            }
        }
        assertThat(quickest).isLessThan(Duration.ofSeconds(1));
    }

    private void passWaits(int count) {
        for (int i = 1; i <= count; i++) {
            int waits = i;
            await().atMost(Duration.ofSeconds(30)).until(() -> said.delays.size() == waits && timers.pending() == 1);
            timers.advance(RetryingModelCall.LONGEST_WAIT);
        }
    }

    private RetryingModelCall call(String baseUrl) {
        ResponsesClient client = new ResponsesClient(
                ModelSettings.parse(baseUrl), new ApiKey(""), Timers.system(), ModelHttpClient.shared());
        return new RetryingModelCall(client, BODY, timers, new Random(1), said);
    }
}
