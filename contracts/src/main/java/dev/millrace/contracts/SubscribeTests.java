package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.eventually;
import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of subscriptions: the log and then new events, each event once and in order. */
interface SubscribeTests extends EventStreamsSubject {
    @Test
    default void should_deliver_the_log_and_then_what_is_appended() {
        StreamPath path = fresh();
        given(path, 3);
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        try (Subscription subscription = subject().subscribe(path, 0, recordingSubscriber)) {
            eventually().until(recordingSubscriber::isCaughtUp);
            assertThat(recordingSubscriber.connected().watermark()).isEqualTo(4);
            assertThat(recordingSubscriber.connected().gap()).isEqualTo(Duration.ZERO);
            assertThat(recordingSubscriber.offsets()).containsExactly(1L, 2L, 3L, 4L);

            append(path, said("live"));

            eventually()
                    .untilAsserted(
                            () -> assertThat(recordingSubscriber.offsets()).hasSize(5));
            assertThat(recordingSubscriber.events()).isEqualTo(history(path));
        }
        recordingSubscriber.verify();
    }

    @Test
    default void should_begin_after_an_offset_in_the_middle() {
        StreamPath path = fresh();
        given(path, 5);
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        try (Subscription subscription = subject().subscribe(path, 4, recordingSubscriber)) {
            eventually().until(recordingSubscriber::isCaughtUp);
            assertThat(recordingSubscriber.offsets()).containsExactly(5L, 6L);
            assertThat(recordingSubscriber.connected().watermark()).isEqualTo(6);
        }
        recordingSubscriber.verify();
    }

    @Test
    default void should_be_caught_up_at_once_when_it_begins_at_the_end() {
        StreamPath path = fresh();
        given(path, 2);
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        try (Subscription subscription = subject().subscribe(path, 3, recordingSubscriber)) {
            eventually().until(recordingSubscriber::isCaughtUp);
            assertThat(recordingSubscriber.connected().watermark()).isEqualTo(3);
            assertThat(recordingSubscriber.events()).isEmpty();

            AppendResult live = append(path, said("live"));

            eventually()
                    .untilAsserted(
                            () -> assertThat(recordingSubscriber.events()).containsExactly(live.event()));
        }
        recordingSubscriber.verify();
    }

    @Test
    default void should_create_a_stream_by_subscribing_to_it() {
        StreamPath path = fresh();
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        try (Subscription subscription = subject().subscribe(path, 0, recordingSubscriber)) {
            eventually()
                    .until(() -> recordingSubscriber.isCaughtUp()
                            && !recordingSubscriber.events().isEmpty());
            assertThat(recordingSubscriber.events().get(0).type()).isEqualTo(BuiltInType.INITIALIZED.type());

            append(path, said("live"));

            eventually()
                    .untilAsserted(
                            () -> assertThat(recordingSubscriber.offsets()).containsExactly(1L, 2L));
        }
        recordingSubscriber.verify();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    default void should_miss_nothing_and_repeat_nothing_while_many_append(int round) {
        StreamPath path = fresh();
        int appenders = 4;
        int each = 20;
        List<RecordingSubscriber> recorders = new ArrayList<>();
        List<Subscription> subscriptions = new ArrayList<>();
        List<CompletableFuture<?>> work = new ArrayList<>();
        try {
            for (int i = 0; i < appenders; i++) {
                int appender = i;
                work.add(CompletableFuture.runAsync(() -> {
                    for (int n = 0; n < each; n++) {
                        append(path, said(appender + ":" + n));
                    }
                }));
                RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
                recorders.add(recordingSubscriber);
                subscriptions.add(subject().subscribe(path, (long) round * i, recordingSubscriber));
            }
            work.forEach(EventStreamsSubject::get);

            for (int i = 0; i < appenders; i++) {
                RecordingSubscriber recordingSubscriber = recorders.get(i);
                long from = (long) round * i + 1;
                eventually()
                        .untilAsserted(() -> assertThat(recordingSubscriber.offsets())
                                .containsExactlyElementsOf(LongStream.rangeClosed(from, 1 + appenders * each)
                                        .boxed()
                                        .toList()));
                eventually().until(recordingSubscriber::isCaughtUp);
                recordingSubscriber.verify();
            }
            for (int i = 0; i < appenders; i++) {
                String own = i + ":";
                assertThat(recorders.get(0).events().stream()
                                .map(event -> event.payloadJson().path("text").asText(""))
                                .filter(text -> text.startsWith(own))
                                .map(text -> Integer.parseInt(text.substring(own.length()))))
                        .as("one appender's events in its order")
                        .hasSize(each)
                        .isSorted();
            }
        } finally {
            subscriptions.forEach(Subscription::close);
        }
    }

    @Test
    default void should_show_every_subscriber_the_same() {
        StreamPath path = fresh();
        given(path, 10);
        List<RecordingSubscriber> recorders = new ArrayList<>();
        List<Subscription> subscriptions = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
                recorders.add(recordingSubscriber);
                subscriptions.add(subject().subscribe(path, 0, recordingSubscriber));
            }
            given(path, 10);
            List<Event> expected = history(path);
            for (RecordingSubscriber recordingSubscriber : recorders) {
                eventually()
                        .untilAsserted(
                                () -> assertThat(recordingSubscriber.events()).isEqualTo(expected));
                recordingSubscriber.verify();
            }
        } finally {
            subscriptions.forEach(Subscription::close);
        }
    }

    @Test
    default void should_give_every_subscription_the_same_incarnation() {
        StreamPath path = fresh();
        given(path, 1);
        RecordingSubscriber one = new RecordingSubscriber();
        RecordingSubscriber two = new RecordingSubscriber();
        try (Subscription first = subject().subscribe(path, 0, one);
                Subscription second = subject().subscribe(path, 2, two)) {
            eventually().until(() -> one.isCaughtUp() && two.isCaughtUp());
            assertThat(one.connected().incarnation())
                    .isNotBlank()
                    .isEqualTo(two.connected().incarnation());
        }
    }

    @Test
    default void should_deliver_an_event_that_its_own_call_appended() {
        StreamPath path = fresh();
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber(event -> {
            if (event.offset() < 5) {
                get(subject().append(path, said("after " + event.offset())));
            }
        });
        try (Subscription subscription = subject().subscribe(path, 0, recordingSubscriber)) {
            eventually()
                    .untilAsserted(
                            () -> assertThat(recordingSubscriber.offsets()).containsExactly(1L, 2L, 3L, 4L, 5L));
        }
        recordingSubscriber.verify();
    }

    @Test
    default void should_deliver_large_events() {
        StreamPath path = fresh();
        String large = "x".repeat(900_000);
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        try (Subscription subscription = subject().subscribe(path, 0, recordingSubscriber)) {
            for (int i = 0; i < 5; i++) {
                append(path, said(i + large));
            }
            List<Event> expected = history(path);
            eventually()
                    .untilAsserted(() -> assertThat(recordingSubscriber.events().equals(expected))
                            .isTrue());
        }
        recordingSubscriber.verify();
    }
}
