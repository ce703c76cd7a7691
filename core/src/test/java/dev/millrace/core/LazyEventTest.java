package dev.millrace.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LazyEventTest {
    private static final StreamPath PATH = StreamPath.of("/lazy");
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final EventCatalog SAID = EventCatalog.of(Said.class);
    private static final EventCatalog OTHER = EventCatalog.of(Other.class);

    private final AtomicInteger reads = new AtomicInteger();

    @EventName("said")
    record Said(String text) {}

    @EventName("other")
    record Other(String text) {}

    private static byte[] json(String more) {
        return ("{\"streamPath\":\"/lazy\",\"type\":\"said\",\"payload\":{\"text\":\"hi\"}" + more
                        + ",\"idempotencyKey\":\"k\",\"offset\":7,\"createdAt\":\"" + AT + "\"}")
                .getBytes(UTF_8);
    }

    private Event lazy(byte[] json) {
        return lazy(json, 7, "said");
    }

    private Event lazy(byte[] json, long offset, String type) {
        boolean mayHaveMetadata = new String(json, UTF_8).contains("\"metadata\"");
        return JsonCodec.lazyEvent(PATH, offset, type, AT, mayHaveMetadata, () -> {
            reads.incrementAndGet();
            return JsonCodec.readEvent(json, PATH, offset, type, AT);
        });
    }

    private static Event random(Random random) {
        Event.Builder event = Event.builder()
                .path(PATH)
                .offset(random.nextInt(1, 1000))
                .type(random.nextBoolean() ? "said" : "other")
                .payloadJson(object(random))
                .createdAt(AT);
        if (random.nextBoolean()) {
            event.idempotencyKey("key " + random.nextInt());
        }
        if (random.nextBoolean()) {
            event.metadata(object(random));
        }
        if (random.nextBoolean()) {
            event.source(object(random));
        }
        return event.build();
    }

    private static JsonNode object(Random random) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        if (random.nextInt(4) > 0) {
            object.put("text", "\"metadata\" ü " + random.nextInt());
        }
        if (random.nextBoolean()) {
            object.putObject("inner")
                    .put("n", random.nextLong())
                    .putArray("list")
                    .add(random.nextBoolean());
        }
        return object;
    }

    private static void check(Event lazy, Event eager) {
        assertThat(lazy.payload()).isEqualTo(eager.payload()).hasSameHashCodeAs(eager.payload());
        assertThat(lazy.payloadJson()).isEqualTo(eager.payloadJson());
        assertThat(lazy.idempotencyKey()).isEqualTo(eager.idempotencyKey());
        assertThat(lazy.metadata()).isEqualTo(eager.metadata());
        assertThat(lazy.provenance()).isEqualTo(eager.provenance());
        assertThat(lazy.source()).isEqualTo(eager.source());
        assertThat(lazy).isEqualTo(eager).hasSameHashCodeAs(eager).hasToString(eager.toString());
        assertThat(eager).isEqualTo(lazy);
    }

    @Test
    void should_be_the_event_that_is_read_at_once() {
        Random random = new Random(42);
        for (int i = 0; i < 500; i++) {
            Event written = random(random);
            byte[] json = JsonCodec.write(JsonCodec.toTree(written));
            Event eager = JsonCodec.readEvent(json, PATH, written.offset(), written.type(), AT);

            check(lazy(json, written.offset(), written.type()), eager);
            for (EventCatalog catalog : List.of(SAID, OTHER, EventCatalog.empty())) {
                Event lazy = lazy(json, written.offset(), written.type());
                check(lazy.decodedBy(catalog), eager.decodedBy(catalog));
                check(lazy.decodedBy(SAID).decodedBy(catalog), eager.decodedBy(catalog));
                check(lazy.decodedBy(OTHER).decodedBy(catalog), eager.decodedBy(catalog));
            }
            assertThat(Event.builder()
                            .from(lazy(json, written.offset(), written.type()))
                            .build())
                    .isEqualTo(eager);
        }
    }

    @Test
    void should_differ_from_other_events() {
        Event event = lazy(json(""));

        assertThat(event).isNotEqualTo(lazy(json(""), 8, "said")).isNotEqualTo(null);
        assertThat(reads).as("reads for events with other offsets").hasValue(0);
        assertThat(event)
                .isNotEqualTo(lazy(json(",\"metadata\":{}")))
                .isNotEqualTo(event.decodedBy(SAID))
                .isEqualTo(lazy(json("")));
    }

    @Test
    void should_not_be_read_for_a_catalog_without_its_type() {
        Event event = lazy(json(""));
        Event decoded = event.decodedBy(OTHER);

        assertThat(decoded).isSameAs(event);
        assertThat(decoded.path()).isEqualTo(PATH);
        assertThat(decoded.offset()).isEqualTo(7);
        assertThat(decoded.type()).isEqualTo("said");
        assertThat(decoded.createdAt()).isEqualTo(AT);
        assertThat(decoded.metadata()).isEmpty();
        assertThat(decoded.provenance()).isEmpty();
        assertThat(decoded.payload()).isInstanceOf(UnknownPayload.class);
        assertThat(reads).hasValue(0);
        assertThat(((UnknownPayload) decoded.payload()).json()).isEqualTo(JsonCodec.parse("{\"text\":\"hi\"}"));
        assertThat(decoded.idempotencyKey()).contains("k");
        assertThat(reads).hasValue(1);
    }

    @Test
    void should_be_read_once_by_many_threads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 1; round <= 200; round++) {
                Event event = lazy(json(",\"metadata\":{\"a\":1}"));
                CountDownLatch start = new CountDownLatch(8);
                List<CompletableFuture<Event>> all = IntStream.range(0, 8)
                        .mapToObj(n -> CompletableFuture.supplyAsync(
                                () -> {
                                    start.countDown();
                                    awaitAll(start);
                                    return event.decodedBy(n % 2 == 0 ? SAID : OTHER);
                                },
                                threads))
                        .toList();
                for (CompletableFuture<Event> decoded : all) {
                    assertThat(decoded.get(30, TimeUnit.SECONDS).payloadJson()).isSameAs(event.payloadJson());
                    assertThat(decoded.join().metadata().orElseThrow())
                            .isSameAs(event.metadata().orElseThrow());
                }
                assertThat(reads).hasValue(round);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void awaitAll(CountDownLatch start) {
        try {
            assertThat(start.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void should_be_read_for_an_upcast_of_its_type() {
        EventCatalog catalog = OTHER.upcast("said", "other", old -> old);

        assertThat(lazy(json("")).decodedBy(catalog).payload()).isEqualTo(new Other("hi"));
    }

    @Test
    void should_be_malformed_if_the_payload_does_not_fit_its_class() {
        byte[] wrong = new String(json(""), UTF_8).replace("\"hi\"", "{}").getBytes(UTF_8);

        assertThat(lazy(wrong).decodedBy(SAID).payload()).isInstanceOf(MalformedPayload.class);
        assertThat(lazy(wrong).decodedBy(OTHER).payload()).isInstanceOf(UnknownPayload.class);
    }

    @Test
    void should_be_written_as_a_payload_whose_type_is_unknown() {
        UnknownPayload unknown = new UnknownPayload("said", JsonCodec.parse("{\"n\":1.50}"));

        assertThat(JsonCodec.writeText(unknown)).isEqualTo("{\"type\":\"said\",\"json\":{\"n\":1.50}}");
        assertThat(JsonCodec.fromTree(JsonCodec.toTree(unknown), UnknownPayload.class))
                .isEqualTo(unknown);
        assertThat(unknown).hasToString("UnknownPayload[type=said, json={\"n\":1.50}]");
    }
}
