package dev.millrace.processors.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A real engine that hosts scripts, with helpers for tests. */
public final class WorkerServer implements AutoCloseable {
    static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration OFTEN = Duration.ofMillis(10);
    static final String TYPES = "https://events.iterate.com/events/stream/";
    static final String CONFIGURED = TYPES + "dynamic-worker/configured";
    static final String FAILED = "millrace/effect-failed";
    static final String HALTED = "millrace/processor-halted";

    /** A script that answers every ping, except the one in its own source. */
    static final String PING_PONG = pingPong("pong");

    private final StreamEngine engine;
    private final EventStreams streams;

    private WorkerServer(StreamEngine engine) {
        this.engine = engine;
        this.streams = engine.streams(ProjectSlug.defaultProject());
    }

    static WorkerServer start() {
        return start(new InMemoryEventStore(), Map.of(), Map.of());
    }

    static WorkerServer start(EventStore store, Map<String, String> settings, Map<String, String> secrets) {
        return new WorkerServer(StreamEngine.builder(store)
                .processors(List.of(new DynamicWorkerProvider()))
                .settings(settings)
                .secrets((project, name) -> Optional.ofNullable(secrets.get(name)))
                .start());
    }

    /** An engine without hosted processors. */
    static WorkerServer over(StreamEngine engine) {
        return new WorkerServer(engine);
    }

    static String pingPong(String answer) {
        return """
                export default {
                  initialState: { seen: 0 },
                  reduce({ state }) {
                    return { seen: state.seen + 1 };
                  },
                  async afterAppend({ append, event, state }) {
                    const text = JSON.stringify({ type: event.type, payload: event.payload });
                    if (event.type.endsWith("dynamic-worker/configured") || !/\\bping\\b/i.test(text)) {
                      return;
                    }
                    await append({ event: { type: "%s", payload: { seen: state.seen, at: event.offset } } });
                  },
                };
                """.formatted(answer);
    }

    /** A script that runs this code in {@code afterAppend} for every event of the type {@code go}. */
    static String onGo(String body) {
        return """
                export default {
                  async afterAppend({ append, event, state, logger }) {
                    if (event.type !== "go") return;
                    %s
                  },
                };
                """.formatted(body);
    }

    EventStreams streams() {
        return streams;
    }

    void fork(String from, long at, String to) throws Exception {
        get(engine.fork(ProjectSlug.defaultProject(), StreamPath.of(from), at, StreamPath.of(to)));
    }

    public static <T> T get(CompletableFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    Event append(String path, String type, String payload) throws Exception {
        EventInput input = EventInput.builder()
                .type(type)
                .payload(JsonCodec.parse(payload))
                .build();
        return get(streams.append(StreamPath.of(path), input)).event();
    }

    Event say(String path, String message) throws Exception {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("message", message);
        return append(path, "said", payload.toString());
    }

    Event configure(String path, String slug, String script) throws Exception {
        ObjectNode payload =
                JsonNodeFactory.instance.objectNode().put("slug", slug).put("script", script);
        return append(path, CONFIGURED, payload.toString());
    }

    Event setEnv(String path, String key, String value) throws Exception {
        ObjectNode payload =
                JsonNodeFactory.instance.objectNode().put("key", key).put("value", value);
        return append(path, TYPES + "dynamic-worker/env-var-set", payload.toString());
    }

    List<Event> log(String path) throws Exception {
        return get(streams.read(StreamPath.of(path), ReadRange.all()));
    }

    List<Event> ofType(String path, String type) throws Exception {
        return log(path).stream().filter(event -> event.type().equals(type)).toList();
    }

    JsonNode slice(String path) throws Exception {
        return Objects.requireNonNull(
                get(streams.state(StreamPath.of(path))).processors().get("dynamic-worker"), "it is hosted");
    }

    /** Waits for this number of events of a type, and returns them. */
    List<Event> awaitEvents(String path, String type, int count) throws Exception {
        await().atMost(BOUND).pollInterval(OFTEN).until(() -> ofType(path, type).size() >= count);
        List<Event> found = ofType(path, type);
        assertThat(found).as("events of type %s", type).hasSize(count);
        return found;
    }

    /** Waits for the failure that was recorded because of this event, and returns its message. */
    String awaitFailure(String path, long offset) throws Exception {
        Predicate<Event> isIt =
                event -> (event.type().equals(FAILED) || event.type().equals(HALTED))
                        && event.payloadJson().path("source").path("offset").asLong() == offset;
        await().atMost(BOUND).pollInterval(OFTEN).until(() -> log(path).stream().anyMatch(isIt));
        return log(path).stream()
                .filter(isIt)
                .findFirst()
                .orElseThrow()
                .payloadJson()
                .path("message")
                .asText();
    }

    /** Appends a ping and waits until a worker answers it; all earlier events were handled then. */
    void awaitPong(String path, String answer) throws Exception {
        int before = ofType(path, answer).size();
        say(path, "ping");
        awaitEvents(path, answer, before + 1);
    }

    @Override
    public void close() {
        engine.stop(Duration.ofSeconds(5));
    }
}
