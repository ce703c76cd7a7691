package dev.millrace.examples.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class OutboxTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/ann/outbox");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final List<String> posted = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        engine.close();
    }

    private ProcessorRunner<OutboxState> run(Outbox outbox) {
        return ProcessorRunner.builder(streams, outbox).stream(PATH).start();
    }

    private void request(String id) throws Exception {
        streams.append(PATH.value(), new LetterEvent.Requested(id, "bob", "hello"))
                .get(30, TimeUnit.SECONDS);
    }

    private List<String> story() throws Exception {
        return streams.read(PATH, ReadRange.all()).get(30, TimeUnit.SECONDS).stream()
                .map(Event::type)
                .filter(type -> type.startsWith("letter-"))
                .toList();
    }

    @Test
    void should_send_a_letter_that_was_requested_before_the_start() throws Exception {
        request("a");
        try (ProcessorRunner<OutboxState> runner = run(new Outbox(letter -> {
            posted.add(letter.id());
            return CompletableFuture.completedFuture(null);
        }))) {
            runner.awaitIdle(LIMIT);
        }

        assertThat(posted).containsExactly("a");
        assertThat(story()).containsExactly("letter-requested", "letter-started", "letter-sent");
    }

    @Test
    void should_not_send_an_interrupted_letter_again() throws Exception {
        CountDownLatch atThePost = new CountDownLatch(1);
        Outbox interrupted = new Outbox(letter -> {
            posted.add(letter.id());
            atThePost.countDown();
            return new CompletableFuture<>();
        });
        try (ProcessorRunner<OutboxState> first = run(interrupted)) {
            first.awaitCaughtUp(LIMIT);
            request("a");
            assertThat(atThePost.await(30, TimeUnit.SECONDS)).isTrue();
        }

        try (ProcessorRunner<OutboxState> next = run(new Outbox(letter -> {
            posted.add(letter.id());
            return CompletableFuture.completedFuture(null);
        }))) {
            next.awaitIdle(LIMIT);
            assertThat(next.state().duties().open()).isEmpty();
        }

        assertThat(posted).containsExactly("a");
        assertThat(story()).containsExactly("letter-requested", "letter-started", "letter-outcome-unknown");
    }
}
