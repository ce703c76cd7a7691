package dev.millrace.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** The streams under test, with helpers for the tests of their promises. */
interface EventStreamsSubject {
    /** The time limit of each wait. */
    Duration PATIENCE = Duration.ofSeconds(30);

    EventStreams subject();

    EventStreams subject(ProjectSlug project);

    /** The path of a new stream. */
    StreamPath fresh();

    /** A new project. */
    ProjectSlug freshProject();

    /** Waits for an answer. */
    static <T> T get(CompletableFuture<T> answer) {
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + PATIENCE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for a refusal: the future must fail with an unwrapped {@link StreamException}. */
    static StreamException refusal(CompletableFuture<?> answer) {
        Throwable thrown = catchThrowable(() -> answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertThat(thrown).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(StreamException.class);
        return (StreamException) Objects.requireNonNull(thrown.getCause());
    }

    /** Polls until an assertion holds or the time limit is reached. */
    static ConditionFactory eventually() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10));
    }

    default AppendResult append(StreamPath path, EventInput input) {
        return get(subject().append(path, input));
    }

    /** Appends {@code count} user events as one batch. */
    default void given(StreamPath path, int count) {
        get(subject()
                .appendAll(
                        path,
                        IntStream.rangeClosed(1, count)
                                .mapToObj(n -> said("given " + n))
                                .toList()));
    }

    default List<Event> history(StreamPath path) {
        return get(subject().read(path, ReadRange.all()));
    }

    /** The types in a stream, without its first event, {@code initialized}. */
    default List<String> types(StreamPath path) {
        return history(path).stream().skip(1).map(Event::type).toList();
    }

    /** A user event. */
    static EventInput said(String text) {
        return event("said", "{\"text\":" + JsonCodec.writeText(text) + "}");
    }

    static EventInput said(String text, String key) {
        return EventInput.builder().from(said(text)).idempotencyKey(key).build();
    }

    /** A user event that is accepted only at this offset. */
    static EventInput said(String text, long offset) {
        return EventInput.builder().from(said(text)).offset(offset).build();
    }

    static EventInput paused() {
        return event(BuiltInType.PAUSED.type(), "{\"reason\":\"lunch\"}");
    }

    static EventInput resumed() {
        return event(BuiltInType.RESUMED.type(), "{}");
    }

    /** Switches the circuit breaker off, so that a test may append many events at once. */
    static EventInput unlimited() {
        return event("https://events.iterate.com/events/stream/circuit-breaker-configured", "{\"enabled\":false}");
    }

    static EventInput event(String type, String payload) {
        return input(type, payload).build();
    }

    static EventInput.Builder input(String type, String payload) {
        return EventInput.builder().type(type).payload(JsonCodec.parse(payload));
    }
}
