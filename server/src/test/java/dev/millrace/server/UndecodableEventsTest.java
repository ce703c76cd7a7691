package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.contracts.store.DamagedEvents;
import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log of another version or program is read to its end over HTTP, with the events that cannot be decoded. */
class UndecodableEventsTest {
    private static final StreamPath PATH = StreamPath.of("/old");
    private static final int LAST = 2 + DamagedEvents.undecodableKinds();

    private final EventStore store = new InMemoryEventStore();
    private final RunningServer millrace = new RunningServer(store, builder -> builder);
    private final HttpEventStreams client =
            HttpEventStreams.builder(millrace.baseUri()).build();

    @BeforeEach
    void write() {
        get(client.append(PATH, EventInput.ofType("first")));
        StreamKey stream = new StreamKey(ProjectSlug.defaultProject(), PATH);
        ProposalDraft draft = new ProposalDraft(store);
        for (int kind = 0; kind < DamagedEvents.undecodableKinds(); kind++) {
            DamagedEvents.append(draft, stream, "t", kind);
        }
        draft.commit();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        millrace.close();
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static void check(List<Event> events) {
        assertThat(events).hasSize(LAST);
        for (Event event : events.subList(2, LAST)) {
            assertThat(event.type()).isEqualTo("t");
            assertThat(event.createdAt()).isEqualTo(events.get(1).createdAt());
            assertThat(event.payload()).isInstanceOf(MalformedPayload.class);
            assertThat(event.idempotencyKey()).contains("key-" + event.offset());
        }
        assertThat(events.get(2).payloadJson().textValue()).isEqualTo("{\"slug\":\"w\",\"n\":1e99999999999}");
    }

    @Test
    void should_be_read_and_followed_by_the_client() {
        check(get(client.read(PATH, ReadRange.all())));
        List<Event> followed = new CopyOnWriteArrayList<>();
        Subscription subscription = client.subscribe(PATH, 0, followed::add);
        Awaitility.await().until(() -> followed.size() == LAST);
        check(followed);
        get(client.append(PATH, EventInput.ofType("next")));
        Awaitility.await().until(() -> followed.size() == LAST + 1);
        subscription.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-ndjson", "application/yaml", "text/event-stream"})
    void should_be_sent_in_every_format(String format) {
        var answer = millrace.send("GET", api("/old") + "?beforeOffset=end", "", "Accept", format);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .contains(format.endsWith("yaml") ? "0.1e+100000000000" : "1e99999999999", "unfinished", "key-" + LAST)
                .contains("this event is damaged: its stored bytes are not those that were appended");
    }

    @Test
    void should_not_make_an_array_that_is_not_json() {
        var answer = millrace.send("GET", api("/old") + "?beforeOffset=end", "", "Accept", "application/json");

        assertThat(JsonCodec.isValid(answer.body().getBytes(UTF_8))).isTrue();
    }

    @Test
    void should_be_answered_to_an_append_with_the_same_key() {
        for (int offset = 3; offset <= LAST; offset++) {
            EventInput input = EventInput.builder()
                    .type("t")
                    .idempotencyKey("key-" + offset)
                    .build();

            var answer = get(client.append(PATH, input));

            assertThat(answer.replayed()).isTrue();
            assertThat(answer.event().offset()).isEqualTo(offset);
            assertThat(get(client.appendAll(PATH, List.of(input))).get(0).event())
                    .isEqualTo(answer.event());
        }
    }
}
