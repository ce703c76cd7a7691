package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.contracts.text.RandomJson;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in by any path comes out the same by every reader, or is refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class JsonRoundTripTest {
    private static final int DOCUMENTS = Integer.getInteger("millrace.documents", 10_000);
    private static final long SEED =
            Long.getLong("millrace.seed", Boolean.getBoolean("millrace.long") ? System.nanoTime() : 14);
    private static final int BATCH = 100;
    private static final int DEPTH = 4;

    /** Numbers by value: an expression may write 1.10 as 1.1. */
    private static final Comparator<JsonNode> AS_VALUES =
            (a, b) -> a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1;

    private RunningServer millrace;
    private HttpEventStreams client;
    private EventStreams inProcess;

    @BeforeAll
    void start() {
        millrace = new RunningServer();
        client = HttpEventStreams.builder(millrace.baseUri()).build();
        inProcess = millrace.engine.streams(ProjectSlug.defaultProject());
    }

    @AfterAll
    void stop() throws Exception {
        client.close();
        millrace.close();
    }

    /** The paths by which events come in. The test of the processors has those of scripts, webhooks, rules and schedules. */
    enum Entrance {
        JSON,
        NDJSON,
        YAML,
        TRANSFORM,
        CLIENT,
        IN_PROCESS
    }

    private void append(Entrance entrance, String stream, List<String> payloads) {
        if (entrance == Entrance.CLIENT || entrance == Entrance.IN_PROCESS) {
            List<EventInput> inputs = payloads.stream()
                    .map(payload -> EventInput.builder()
                            .type("t")
                            .payload(JsonCodec.parse(payload))
                            .build())
                    .toList();
            get((entrance == Entrance.CLIENT ? client : inProcess).appendAll(StreamPath.of(stream), inputs));
            return;
        }
        List<String> events = payloads.stream()
                .map(payload -> "{\"type\":\"t\",\"payload\":" + payload + "}")
                .toList();
        Answer answer = switch (entrance) {
            case JSON -> post(stream, "application/json", events.toString());
            case NDJSON -> post(stream, "application/x-ndjson", String.join("\n", events));
            case YAML -> post(stream, "application/yaml", events.toString());
            default ->
                millrace.send(
                        "POST",
                        api(stream) + "?jsonataTransform=%24",
                        "{\"events\":" + events + "}",
                        "Content-Type",
                        "application/json");
        };
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private Answer post(String stream, String type, String body) {
        return millrace.send("POST", api(stream), body, "Content-Type", type);
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @EnumSource(Entrance.class)
    void should_give_every_reader_what_was_appended(Entrance entrance) {
        Random random = new Random(SEED + entrance.name().hashCode());
        int batches = DOCUMENTS / Entrance.values().length / BATCH + 1;
        for (int i = 0; i < batches; i++) {
            List<String> payloads = IntStream.range(0, BATCH)
                    .mapToObj(n -> RandomJson.object(random, DEPTH))
                    .toList();
            String stream = freshStream();
            append(entrance, stream, payloads);
            check(stream, payloads.stream().map(JsonCodec::parse).toList());
            get(client.destroy(StreamPath.of(stream), true));
        }
    }

    private void check(String stream, List<JsonNode> payloads) {
        StreamPath path = StreamPath.of(stream);
        StreamPath copy = StreamPath.of(freshStream());
        get(client.fork(path, payloads.size() + 1, copy));
        same(payloads, get(inProcess.read(path, ReadRange.all())));
        same(payloads, get(client.read(path, ReadRange.all())));
        same(payloads, get(client.read(copy, ReadRange.all())));
        get(client.destroy(copy, true));
        List<Event> followed = new CopyOnWriteArrayList<>();
        Subscription subscription = client.subscribe(path, 0, followed::add);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .pollDelay(Duration.ZERO)
                .until(() -> followed.size() == payloads.size() + 1);
        subscription.close();
        same(payloads, followed);
        JsonNode array = finite(stream, "application/json").json();
        assertThat(array).hasSize(payloads.size() + 1);
        for (int i = 0; i < payloads.size(); i++) {
            same(payloads.get(i), array.path(i + 1).path("payload"));
        }
        assertThat(finite(stream, "application/x-ndjson").body().lines()).hasSize(payloads.size() + 1);
        String yaml = finite(stream, "application/yaml").body();
        assertThat(yaml.lines().filter(line -> line.equals("---"))).hasSize(payloads.size() + 1);
    }

    private Answer finite(String stream, String accept) {
        Answer answer = millrace.send("GET", api(stream) + "?beforeOffset=end", "", "Accept", accept);
        assertThat(answer.status()).isEqualTo(200);
        return answer;
    }

    private static void same(List<JsonNode> payloads, List<Event> events) {
        assertThat(events).hasSize(payloads.size() + 1);
        for (int i = 0; i < payloads.size(); i++) {
            same(payloads.get(i), events.get(i + 1).payloadJson());
        }
    }

    private static void same(JsonNode sent, JsonNode read) {
        if (!sent.equals(AS_VALUES, read)) {
            throw new AssertionError("sent " + sent + ", read " + read + " (seed " + SEED + ")");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e10001", "-1E-10001", "1e99999999999", "1e2147483648", "-0e-2147483649"})
    void should_refuse_a_number_that_readers_cannot_represent(String number) {
        refuses(number, number);
        refuses("9".repeat(1001), "9".repeat(30));
        refuses("0." + "1".repeat(1001), "0.11111");
    }

    private void refuses(String number, String shown) {
        String stream = freshStream();
        String event = "{\"type\":\"t\",\"payload\":{\"n\":\n [" + number + "]}}";
        String line = event.replace("\n", "");
        for (Answer answer : List.of(
                post(stream, "application/json", event),
                post(stream, "application/yaml", event),
                millrace.send(
                        "POST", api(stream) + "?jsonataTransform=%24", event, "Content-Type", "application/json"))) {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains(shown, "line 2, column 3");
        }
        Answer lines = post(stream, "application/x-ndjson", "{\"type\":\"t\"}\n" + line);
        assertThat(lines.status()).isEqualTo(400);
        assertThat(lines.body()).contains(shown, "line 2, column 30");
        for (String type : List.of("text/plain", "application/octet-stream")) {
            Answer kept = post(stream, type, event);
            assertThat(kept.status()).isEqualTo(200);
            assertThat(kept.event().at("/payload/rawInput/body").textValue()).isEqualTo(event);
        }
        assertThat(get(client.read(StreamPath.of(stream), ReadRange.all()))).hasSize(3);
    }

    @Test
    void should_follow_a_subtree() {
        Random random = new Random(SEED);
        String stream = freshStream();
        append(Entrance.JSON, stream, List.of("{}"));
        List<Event> followed = new CopyOnWriteArrayList<>();
        List<String> connected = new CopyOnWriteArrayList<>();
        Subscription subscription = client.subscribeSubtree(StreamPath.of(stream), new SubtreeSubscriber() {
            @Override
            public void onStream(StreamPath path, ConnectionInfo info) {}

            @Override
            public void onCaughtUp() {
                connected.add("caught up");
            }

            @Override
            public void onEvent(Event event) {
                followed.add(event);
            }
        });
        Awaitility.await().until(() -> !connected.isEmpty());
        List<String> payloads = IntStream.range(0, BATCH)
                .mapToObj(n -> RandomJson.object(random, DEPTH))
                .toList();
        append(Entrance.NDJSON, stream, payloads);
        Awaitility.await().until(() -> followed.size() == BATCH);
        subscription.close();
        for (int i = 0; i < BATCH; i++) {
            same(JsonCodec.parse(payloads.get(i)), followed.get(i).payloadJson());
        }
    }
}
