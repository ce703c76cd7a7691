package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LazyEventTest {
    private static final StreamPath PATH = StreamPath.of("/lazy");
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    @EventName("said")
    record Said(String text) {}

    @EventName("other")
    record Other(String text) {}

    private static byte[] json(String type, String metadata) {
        return ("{\"streamPath\":\"/lazy\",\"type\":\"" + type + "\",\"payload\":{\"text\":\"hi\"}" + metadata
                        + ",\"idempotencyKey\":\"k\",\"offset\":7,\"createdAt\":\"2026-01-02T03:04:05.678Z\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Event lazy(byte[] json) {
        return JsonCodec.lazyEvent(json, PATH, 7, "said", AT, Optional.of("k"));
    }

    @Test
    void should_be_the_event_that_is_parsed_at_once() {
        byte[] json = json("said", ",\"metadata\":{\"a\":[1]},\"source\":{\"b\":2}");
        Event parsed = JsonCodec.readEvent(json);

        assertThat(lazy(json)).isEqualTo(parsed).hasSameHashCodeAs(parsed).hasToString(parsed.toString());
        assertThat(parsed).isEqualTo(lazy(json));
        assertThat(lazy(json).payload()).isEqualTo(parsed.payload());
        assertThat(lazy(json).metadata()).isEqualTo(parsed.metadata());
        assertThat(lazy(json).source()).isEqualTo(parsed.source()).isPresent();
        assertThat(lazy(json).decodedBy(EventCatalog.of(Said.class)))
                .isEqualTo(parsed.decodedBy(EventCatalog.of(Said.class)))
                .isNotEqualTo(parsed);
        assertThat(Event.builder().from(lazy(json)).build()).isEqualTo(parsed);
    }

    @Test
    void should_not_be_parsed_for_a_catalog_without_its_type() {
        byte[] broken = "neither parsed nor read".getBytes(StandardCharsets.UTF_8);
        Event event = lazy(broken);
        Event read = event.decodedBy(EventCatalog.of(Other.class));

        assertThat(read).isSameAs(event);
        assertThat(read.payload()).isInstanceOf(UnknownPayload.class);
        assertThat(read.metadata()).isEmpty();
        assertThat(read.provenance()).isEmpty();
        assertThat(((UnknownPayload) read.payload()).json().asText()).contains("neither parsed");
    }

    @Test
    void should_be_parsed_once_by_many_threads_and_catalogs() {
        Event event = lazy(json("said", ",\"metadata\":{\"a\":1}"));
        EventCatalog catalog = EventCatalog.of(Said.class);

        List<CompletableFuture<Event>> all = IntStream.range(0, 16)
                .mapToObj(n -> CompletableFuture.supplyAsync(() -> event.decodedBy(catalog)))
                .toList();

        assertThat(all).allSatisfy(decoded -> {
            assertThat(decoded.join().payload()).isEqualTo(new Said("hi"));
            assertThat(decoded.join().payloadJson()).isSameAs(event.payloadJson());
            assertThat(decoded.join().metadata().orElseThrow())
                    .isSameAs(event.metadata().orElseThrow());
        });
    }

    @Test
    void should_keep_an_unknown_payload_as_json() {
        UnknownPayload unknown = new UnknownPayload("said", JsonCodec.parse("{\"n\":1.50}"));

        assertThat(JsonCodec.writeText(unknown)).isEqualTo("{\"type\":\"said\",\"json\":{\"n\":1.50}}");
        assertThat(JsonCodec.fromTree(JsonCodec.toTree(unknown), UnknownPayload.class))
                .isEqualTo(unknown);
        assertThat(unknown).hasToString("UnknownPayload[type=said, json={\"n\":1.50}]");
    }

    @Test
    void should_read_a_type_that_only_an_upcast_knows() {
        EventCatalog catalog = EventCatalog.of(Other.class).upcast("said", "other", old -> old);

        assertThat(lazy(json("said", "")).decodedBy(catalog).payload()).isEqualTo(new Other("hi"));
    }
}
