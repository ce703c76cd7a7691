package dev.millrace.cli.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogCopyTest {
    private static final StreamPath PATH = StreamPath.of("/a");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams();

    @AfterEach
    void stop() {
        engine.close();
    }

    private void append(String type) {
        get(streams.append(PATH, EventInput.ofType(type)));
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Streams that do something after the read of each first page. */
    private record Disturbed(EventStreams delegate, Runnable after) implements ForwardingEventStreams {
        @Override
        public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
            CompletableFuture<List<Event>> events = delegate.read(path, range);
            if (range.afterOffset() == 0 && !range.descending() && range.limit().orElse(0) > 1) {
                return events.thenApply(page -> {
                    after.run();
                    return page;
                });
            }
            return events;
        }
    }

    @Test
    void should_end_at_the_event_that_was_the_newest_when_it_began() throws Exception {
        append("one");
        Path file;
        try (LogCopy log = new LogCopy(new Disturbed(streams, () -> append("later")), PATH)) {
            file = log.file();

            assertThat(log.read(Long.MAX_VALUE)).isEqualTo(2);

            assertThat(Files.readAllLines(file)).hasSize(2).last().asString().contains("\"one\"", "\"offset\":2");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void should_refuse_the_pages_of_two_streams() throws Exception {
        append("one");
        EventStreams replaced = new Disturbed(streams, () -> {
            get(streams.destroy(PATH, false));
            append("other");
        });
        try (LogCopy log = new LogCopy(replaced, PATH)) {
            assertThatThrownBy(() -> log.read(Long.MAX_VALUE))
                    .hasMessage("nothing was copied: /a was destroyed and created again meanwhile; repeat it");
        }
    }
}
