package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScriptedModelServerTest {
    private static final String ASK =
            "{\"model\":\"m\",\"stream\":true,\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\"What is 50 - 8?\"}]}";

    private final OkHttpClient http = new OkHttpClient.Builder()
            .retryOnConnectionFailure(false)
            .callTimeout(Duration.ofSeconds(20))
            .build();

    @AfterEach
    void stopTheClient() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    @Test
    void should_stream_a_response_in_the_order_of_the_real_wire() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            List<JsonNode> events = events(ask(server, ASK));

            assertThat(events)
                    .extracting(event -> event.path("type").asText())
                    .containsExactly(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.content_part.added",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.done",
                            "response.content_part.done",
                            "response.output_item.done",
                            "response.completed");
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
            }
            JsonNode response = events.get(events.size() - 1).path("response");
            assertThat(response.at("/output/0/content/0/text").asText()).isEqualTo("50 - 8 is 42.");
            assertThat(response.at("/usage/output_tokens").asInt()).isEqualTo(5);
        }
    }

    @Test
    void should_say_the_same_bytes_to_the_same_requests() throws IOException {
        ModelScript script = ModelScript.of(ModelReply.thoughtfulText("let me think", "done"));
        String first;
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            first = ask(server, ASK);
        }
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            assertThat(ask(server, ASK)).isEqualTo(first).contains("sealed:rs_1_0");
        }
    }

    @Test
    void should_walk_through_the_rules_and_their_replies() throws IOException {
        ModelScript script = ModelScript.empty()
                .whenAsked("weather", ModelReply.text("rain"))
                .when(
                        request -> true,
                        ModelReply.failure(503, "server_error", "overloaded", "later"),
                        ModelReply.text("now"));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            assertThat(status(server, ASK)).isEqualTo(503);
            assertThat(status(server, ASK)).isEqualTo(200);
            assertThat(status(server, ASK)).isEqualTo(200);
            assertThat(ask(server, ASK.replace("50 - 8", "the weather"))).contains("rain");
            assertThat(server.requests()).hasSize(4);
            assertThat(server.requests().get(3).lastUserText()).isEqualTo("What is the weather?");
            assertThat(server.requests().get(0).headers()).containsEntry("authorization", "Bearer secret");
        }
    }

    @Test
    void should_refuse_what_the_real_service_refuses() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            assertThat(status(server, "{\"model\":\"m\",\"input\":[{\"role\":\"tool\",\"content\":\"x\"}]}"))
                    .isEqualTo(400);
            assertThat(status(server, "{")).isEqualTo(400);
        }
    }

    @Test
    void should_put_an_error_inside_a_stream_that_began_well() throws IOException {
        ModelScript script =
                ModelScript.of(ModelReply.errorInStream("insufficient_quota", "You exceeded your current quota."));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            assertThat(events(ask(server, ASK)))
                    .extracting(event -> event.path("type").asText())
                    .containsExactly("response.created", "response.in_progress", "error", "response.failed");
        }
    }

    @Test
    void should_break_or_end_after_the_bytes_it_was_told() throws IOException {
        ModelReply reply = ModelReply.text("a text of some words");
        ModelScript script = ModelScript.of(reply.endAfter(100), reply.cutAfter(100), reply.endAfter(0));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            assertThat(ask(server, ASK)).hasSize(100);
            assertThatThrownBy(() -> ask(server, ASK)).isInstanceOf(IOException.class);
            assertThat(ask(server, ASK)).isEmpty();
        }
    }

    @Test
    void should_fall_silent_until_it_is_released() throws Exception {
        ModelScript script = ModelScript.of(
                ModelReply.text("one two three").holdAfter(1),
                ModelReply.text("late").afterSilence());
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            try (Response response = call(server, ASK)) {
                BufferedSource body = response.body().source();
                String line = "";
                while (!line.contains("output_text.delta")) {
                    line = body.readUtf8LineStrict();
                }
                while (server.held() == 0) {
                    Thread.onSpinWait();
                }
                server.release();
                assertThat(body.readUtf8()).contains("response.completed");
            }
            CompletableFuture<String> late = CompletableFuture.supplyAsync(() -> {
                try {
                    return ask(server, ASK);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (server.held() == 0) {
                Thread.onSpinWait();
            }
            assertThat(late).isNotDone();
            server.release();
            assertThat(late.get(10, TimeUnit.SECONDS)).contains("late");
        }
    }

    @Test
    void should_pace_its_events() throws IOException {
        ModelScript script = ModelScript.of(ModelReply.text("a b c d", 1).every(Duration.ofMillis(20)));
        try (ScriptedModelServer server = ScriptedModelServer.start(script)) {
            long begin = System.nanoTime();
            int count = events(ask(server, ASK)).size();
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(20L * count));
        }
    }

    @Test
    void should_list_its_models_and_know_no_other_route() throws IOException {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            try (Response models = get(server.baseUrl() + "/models");
                    Response other = get(server.baseUrl() + "/other")) {
                assertThat(JsonCodec.parse(models.body().string())
                                .at("/data/0/id")
                                .asText())
                        .isEqualTo("scripted");
                assertThat(other.code()).isEqualTo(404);
            }
        }
    }

    @Test
    void should_answer_a_refusal_with_the_headers_of_the_script() throws IOException {
        ModelReply refusal = ModelReply.status(429, "slow down", Map.of("Content-Type", "text/plain"))
                .header("retry-after", "7");
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(refusal));
                Response response = call(server, ASK)) {
            assertThat(response.code()).isEqualTo(429);
            assertThat(response.header("retry-after")).isEqualTo("7");
            assertThat(response.header("content-type")).isEqualTo("text/plain");
            assertThat(response.body().string()).isEqualTo("slow down");
        }
    }

    private Response get(String url) throws IOException {
        return http.newCall(new Request.Builder().url(url).build()).execute();
    }

    private Response call(ScriptedModelServer server, String body) throws IOException {
        Request request = new Request.Builder()
                .url(server.baseUrl() + "/responses")
                .header("Authorization", "Bearer secret")
                .post(RequestBody.create(body, MediaType.get("application/json")))
                .build();
        return http.newCall(request).execute();
    }

    private String ask(ScriptedModelServer server, String body) throws IOException {
        try (Response response = call(server, body)) {
            return response.body().string();
        }
    }

    private int status(ScriptedModelServer server, String body) throws IOException {
        try (Response response = call(server, body)) {
            return response.code();
        }
    }

    private static List<JsonNode> events(String body) {
        List<JsonNode> events = new ArrayList<>();
        for (String frame : body.split("\n\n")) {
            String[] lines = frame.split("\n");
            JsonNode data = JsonCodec.parse(lines[1].substring("data: ".length()));
            assertThat(lines[0]).isEqualTo("event: " + data.path("type").asText());
            events.add(data);
        }
        return events;
    }
}
