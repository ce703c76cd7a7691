package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.contracts.text.RandomJson;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random JSON comes out of each processor as it went in: 100 documents for each, and 20,000 in long runs. */
@SuppressWarnings("NullAway.Init") // set before each test
class ProcessorRoundTripTest {
    private static final String PREFIX = "https://events.iterate.com/events/stream/";
    private static final int BATCH = 100;
    private static final int BATCHES = Rounds.LONG ? 200 : 1;

    private static final Comparator<JsonNode> AS_VALUES =
            (a, b) -> a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1;

    private final Random random = Rounds.random();
    private final MockWebServer peer = new MockWebServer();
    private HostedService service;

    @BeforeEach
    void start() throws Exception {
        peer.start();
        service = HostedService.start(new InMemoryEventStore(), peer);
    }

    @AfterEach
    void stop() {
        service.close();
        peer.close();
    }

    private List<JsonNode> documents() {
        return IntStream.range(0, BATCH)
                .mapToObj(n -> JsonCodec.parse(RandomJson.object(random, 4)))
                .toList();
    }

    private static ObjectNode named(int n, JsonNode document) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("n", n).set("document", document);
        return payload;
    }

    private static void same(JsonNode sent, JsonNode read) {
        if (!sent.equals(AS_VALUES, read)) {
            throw new AssertionError("sent " + sent + ", read " + read + " (seed " + Rounds.SEED + ")");
        }
    }

    /** What a script has of a document: its numbers are those of JavaScript, and one that is too large is null. */
    private static JsonNode inJavaScript(JsonNode value) {
        if (value.isNumber()) {
            double number = value.doubleValue();
            return Double.isInfinite(number)
                    ? JsonNodeFactory.instance.nullNode()
                    : JsonNodeFactory.instance.numberNode(new BigDecimal(number == 0 ? 0 : number));
        }
        if (value.isArray()) {
            var array = JsonNodeFactory.instance.arrayNode();
            value.forEach(element -> array.add(inJavaScript(element)));
            return array;
        }
        if (value.isObject()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(field -> object.set(field.getKey(), inJavaScript(field.getValue())));
            return object;
        }
        return value;
    }

    /** A new stream, so that a look at it never costs more than one batch. */
    private StreamPath stream(int batch) {
        StreamPath path = StreamPath.of("/a/" + batch);
        service.append(path, PREFIX + "circuit-breaker-configured", "{'enabled':false}");
        return path;
    }

    private List<Event> answers(StreamPath path) {
        return TokenArena.waiting()
                .until(
                        () -> service.read(path).stream()
                                .filter(event -> event.type().equals("answered"))
                                .toList(),
                        found -> found.size() == BATCH);
    }

    @Test
    void should_keep_a_document_through_a_rule_and_a_fork() {
        for (int batch = 0; batch < BATCHES; batch++) {
            StreamPath path = stream(batch);
            service.append(
                    path,
                    PREFIX + "jsonata-transformer-configured",
                    JsonCodec.toTree(Map.of(
                            "slug", "rule",
                            "matcher", "type='said'",
                            "transform", "{'type':'answered','payload':payload}")));
            List<JsonNode> documents = documents();
            for (int i = 0; i < BATCH; i++) {
                service.append(path, "said", named(i, documents.get(i)));
            }
            List<Event> answers = answers(path);
            for (int i = 0; i < BATCH; i++) {
                same(named(i, documents.get(i)), answers.get(i).payloadJson());
            }
            forks(path);
        }
    }

    private void forks(StreamPath path) {
        List<Event> log = service.read(path);
        StreamPath copy = StreamPath.of("/copy" + path);
        service.streams
                .fork(path, log.size(), copy)
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        List<Event> copied = service.read(copy);
        assertThat(copied).hasSizeGreaterThanOrEqualTo(log.size());
        for (int i = 1; i < log.size(); i++) {
            assertThat(copied.get(i).payloadJson()).isEqualTo(log.get(i).payloadJson());
        }
    }

    @Test
    void should_keep_a_document_through_a_script() {
        String script = "export default { async afterAppend({ append, event }) { if (event.type === 'said')"
                + " await append({ type: 'answered', payload: event.payload }); } };";
        for (int batch = 0; batch < BATCHES; batch++) {
            StreamPath path = stream(batch);
            service.append(
                    path,
                    PREFIX + "dynamic-worker/configured",
                    JsonCodec.toTree(Map.of("slug", "worker", "script", script)));
            List<JsonNode> documents = documents();
            for (int i = 0; i < BATCH; i++) {
                service.append(path, "said", named(i, documents.get(i)));
            }
            List<Event> answers = answers(path);
            for (int i = 0; i < BATCH; i++) {
                same(
                        inJavaScript(named(i, documents.get(i))),
                        inJavaScript(answers.get(i).payloadJson()));
            }
            service.append(path, "millrace/dynamic-worker-removed", "{'slug':'worker'}");
        }
    }

    @Test
    void should_keep_a_document_through_a_schedule() {
        for (int batch = 0; batch < BATCHES; batch++) {
            StreamPath path = stream(batch);
            List<JsonNode> documents = documents();
            for (int i = 0; i < BATCH; i++) {
                ObjectNode schedule = JsonNodeFactory.instance.objectNode();
                schedule.put("slug", "s" + i)
                        .putObject("schedule")
                        .put("kind", "once-at")
                        .put("at", "2026-01-01T00:00:00Z");
                schedule.putObject("append").put("type", "answered").set("payload", named(i, documents.get(i)));
                service.append(path, PREFIX + "append-scheduled", schedule);
            }
            for (Event answer : answers(path)) {
                int n = answer.payloadJson().path("n").intValue();
                same(named(n, documents.get(n)), answer.payloadJson());
            }
        }
    }

    @Test
    void should_keep_a_document_through_a_webhook() {
        for (int batch = 0; batch < BATCHES; batch++) {
            StreamPath path = stream(batch);
            service.append(
                    path,
                    PREFIX + "subscription/configured",
                    JsonCodec.toTree(Map.of(
                            "slug", "peer",
                            "type", "webhook",
                            "callbackUrl", service.peerUrl(),
                            "jsonataFilter", "type='said'")));
            for (JsonNode document : documents()) {
                service.accept();
                service.append(path, "said", named(0, document));
                same(named(0, document), service.delivered().path("payload"));
            }
        }
    }
}
