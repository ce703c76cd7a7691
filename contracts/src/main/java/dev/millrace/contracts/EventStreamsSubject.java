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

/** The streams under test, and the words in which the promises about them are written. */
interface EventStreamsSubject {
    /** How long anything may take before it counts as never. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /** The streams of the default project. */
    EventStreams subject();

    /** The streams of another project. */
    EventStreams subject(ProjectSlug project);

    /** A path nobody has touched. */
    StreamPath fresh();

    /** A project nobody has touched. */
    ProjectSlug freshProject();

    /** Waits for an answer, within bounds. */
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

    /** Waits for a refusal: the future fails with a {@link StreamException} of its own, wrapped in nothing. */
    static StreamException refusal(CompletableFuture<?> answer) {
        Throwable thrown = catchThrowable(() -> answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertThat(thrown).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(StreamException.class);
        return (StreamException) Objects.requireNonNull(thrown.getCause());
    }

    /** Polls until an assertion holds, within bounds. */
    static ConditionFactory eventually() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10));
    }

    /** Appends and waits. */
    default AppendResult append(StreamPath path, EventInput input) {
        return get(subject().append(path, input));
    }

    /** Appends as many user's events as asked, and waits. */
    default void given(StreamPath path, int count) {
        get(subject()
                .appendAll(
                        path,
                        IntStream.rangeClosed(1, count)
                                .mapToObj(n -> said("given " + n))
                                .toList()));
    }

    /** Everything in a stream. */
    default List<Event> history(StreamPath path) {
        return get(subject().read(path, ReadRange.all()));
    }

    /** The types in a stream, without the {@code initialized} it begins with. */
    default List<String> types(StreamPath path) {
        return history(path).stream().skip(1).map(Event::type).toList();
    }

    /** A user's event. */
    static EventInput said(String text) {
        return input("said", "{\"text\":" + JsonCodec.writeText(text) + "}").build();
    }

    /** A user's event under a key. */
    static EventInput said(String text, String key) {
        return EventInput.builder().from(said(text)).idempotencyKey(key).build();
    }

    /** A user's event that must become this offset. */
    static EventInput said(String text, long offset) {
        return EventInput.builder().from(said(text)).offset(offset).build();
    }

    /** A pause. */
    static EventInput paused() {
        return input(BuiltInType.PAUSED.type(), "{\"reason\":\"lunch\"}").build();
    }

    /** The end of a pause. */
    static EventInput resumed() {
        return input(BuiltInType.RESUMED.type(), "{}").build();
    }

    /** What lets a stream take many events at once where a circuit breaker watches. */
    static EventInput unlimited() {
        return input("https://events.iterate.com/events/stream/circuit-breaker-configured", "{\"enabled\":false}")
                .build();
    }

    /** An input to be finished, with a payload of any JSON. */
    static EventInput.Builder input(String type, String payload) {
        return EventInput.builder().type(type).payload(JsonCodec.parse(payload));
    }
}
