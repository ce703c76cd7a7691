package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.eventually;
import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.RecordingSubscriber.End;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tests of subscribers that block, close or fail: other subscribers are not affected. */
interface SubscriptionEndTests extends EventStreamsSubject {
    @Test
    default void should_let_a_subscriber_block_without_delaying_others() {
        StreamPath path = fresh();
        CountDownLatch release = new CountDownLatch(1);
        RecordingSubscriber slow = new RecordingSubscriber(blockedUntil(release));
        RecordingSubscriber quick = new RecordingSubscriber();
        try (Subscription one = subject().subscribe(path, 0, slow);
                Subscription two = subject().subscribe(path, 0, quick)) {
            eventually().until(() -> slow.offsets().size() == 1);
            for (int i = 0; i < 40; i++) {
                append(path, said(i + "x".repeat(200_000)));
            }
            eventually().until(() -> quick.offsets().size() == 41);
            assertThat(slow.offsets()).containsExactly(1L);

            release.countDown();

            eventually()
                    .untilAsserted(() -> assertThat(slow.offsets())
                            .containsExactlyElementsOf(
                                    LongStream.rangeClosed(1, 41).boxed().toList()));
        } finally {
            release.countDown();
        }
        slow.verify();
        quick.verify();
    }

    @Test
    default void should_call_on_end_once_when_it_is_closed() {
        StreamPath path = fresh();
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        Subscription subscription = subject().subscribe(path, 0, recordingSubscriber);
        eventually().until(recordingSubscriber::isCaughtUp);

        subscription.close();
        subscription.close();

        eventually().until(() -> recordingSubscriber.end().isPresent());
        assertThat(recordingSubscriber.end()).contains(new End(null));
        int calls = recordingSubscriber.events().size();
        append(path, said("too late"));
        RecordingSubscriber later = new RecordingSubscriber();
        try (Subscription witness = subject().subscribe(path, 0, later)) {
            eventually().until(() -> later.offsets().size() == calls + 1);
        }
        assertThat(recordingSubscriber.events()).hasSize(calls);
        recordingSubscriber.verify();
    }

    @Test
    default void should_close_without_waiting_for_the_running_call() {
        StreamPath path = fresh();
        given(path, 10);
        CountDownLatch release = new CountDownLatch(1);
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber(blockedUntil(release));
        Subscription subscription = subject().subscribe(path, 0, recordingSubscriber);
        try {
            eventually().until(() -> !recordingSubscriber.events().isEmpty());

            get(CompletableFuture.runAsync(subscription::close));

            assertThat(release.getCount()).isEqualTo(1);
        } finally {
            release.countDown();
            subscription.close();
        }
        eventually().until(() -> recordingSubscriber.end().isPresent());
        assertThat(recordingSubscriber.end()).contains(new End(null));
        assertThat(recordingSubscriber.offsets())
                .as("nothing after the call under way")
                .containsExactly(1L);
        recordingSubscriber.verify();
    }

    @Test
    default void should_be_closable_from_its_own_call() {
        StreamPath path = fresh();
        given(path, 10);
        CompletableFuture<Subscription> handle = new CompletableFuture<>();
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber(event -> {
            if (event.offset() == 3) {
                get(handle).close();
            }
        });
        handle.complete(subject().subscribe(path, 0, recordingSubscriber));

        eventually().until(() -> recordingSubscriber.end().isPresent());

        assertThat(recordingSubscriber.end()).contains(new End(null));
        assertThat(recordingSubscriber.offsets()).containsExactly(1L, 2L, 3L);
        recordingSubscriber.verify();
    }

    @Test
    default void should_end_with_the_exception_that_a_call_threw() {
        StreamPath path = fresh();
        given(path, 10);
        RecordingSubscriber other = new RecordingSubscriber();
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber(event -> {
            if (event.offset() == 3) {
                throw new IllegalArgumentException("cannot digest 3");
            }
        });
        try (Subscription failing = subject().subscribe(path, 0, recordingSubscriber);
                Subscription sound = subject().subscribe(path, 0, other)) {
            eventually().until(() -> recordingSubscriber.end().isPresent());
            assertThat(recordingSubscriber.end().orElseThrow().failure())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cannot digest 3");
            append(path, said("on it goes"));
            eventually().until(() -> other.offsets().size() == 12);
        }
        assertThat(recordingSubscriber.offsets()).containsExactly(1L, 2L, 3L);
        recordingSubscriber.verify();
        other.verify();
    }

    @Test
    default void should_end_live_subscriptions_when_the_stream_is_destroyed() {
        StreamPath path = fresh();
        given(path, 2);
        RecordingSubscriber recordingSubscriber = new RecordingSubscriber();
        try (Subscription subscription = subject().subscribe(path, 0, recordingSubscriber)) {
            eventually().until(recordingSubscriber::isCaughtUp);

            get(subject().destroy(path, false));

            eventually().until(() -> recordingSubscriber.end().isPresent());
        }
        assertThat(recordingSubscriber.end()).contains(new End(null));
        assertThat(recordingSubscriber.offsets()).containsExactly(1L, 2L, 3L);
        recordingSubscriber.verify();
    }

    @Test
    default void should_end_no_subscription_of_another_stream_or_project() {
        StreamPath path = fresh();
        StreamPath child = path.resolve("./child");
        RecordingSubscriber below = new RecordingSubscriber();
        RecordingSubscriber elsewhere = new RecordingSubscriber();
        var project = subject(freshProject());
        try (Subscription one = subject().subscribe(child, 0, below);
                Subscription two = project.subscribe(path, 0, elsewhere)) {
            eventually().until(() -> below.isCaughtUp() && elsewhere.isCaughtUp());

            get(subject().destroy(path, false));
            append(child, said("still here"));
            get(project.append(path, said("here too")));

            eventually().until(() -> below.offsets().size() == 2);
            eventually().until(() -> elsewhere.offsets().size() == 2);
            assertThat(below.end()).isEmpty();
            assertThat(elsewhere.end()).isEmpty();
        }
    }

    private static Consumer<Event> blockedUntil(CountDownLatch release) {
        return event -> {
            try {
                if (!release.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("blocked for " + PATIENCE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        };
    }
}
