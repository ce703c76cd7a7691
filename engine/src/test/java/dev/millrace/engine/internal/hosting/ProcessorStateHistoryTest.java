package dev.millrace.engine.internal.hosting;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.Json;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of the states of a processor, and how much is folded again. */
class ProcessorStateHistoryTest {
    private static final StreamKey STREAM = new StreamKey(PUBLIC, path("/a"));
    private static final int EVENTS = 20_000;

    /** Counts the events; also counts the calls. */
    private record Counter(AtomicInteger calls) implements Processor<Integer> {
        @Override
        public String slug() {
            return "counter";
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            calls.incrementAndGet();
            return count + 1;
        }
    }

    private final EventStore store = new InMemoryEventStore();
    private final StreamEngine engine = StreamEngine.builder(store).start();
    private final AtomicInteger calls = new AtomicInteger();

    @BeforeEach
    void append() {
        String[] batch = Collections.nCopies(500, "{'type':'t'}").toArray(String[]::new);
        for (int i = 0; i < EVENTS / 500; i++) {
            engine.append(PUBLIC, STREAM.path(), Json.all(batch)).join();
        }
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private ProcessorStateHistory<Integer> history() {
        return new ProcessorStateHistory<>(
                new Counter(calls), store.head(STREAM).orElseThrow().incarnation());
    }

    @Test
    void should_fold_from_the_nearest_kept_state() {
        ProcessorStateHistory<Integer> history = history();
        history.at(store, STREAM, EVENTS);
        assertThat(calls).hasValue(EVENTS);

        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            int offset = 1 + random.nextInt(EVENTS);
            calls.set(0);
            assertThat(history.at(store, STREAM, offset)).isEqualTo(IntNode.valueOf(offset));
            assertThat(calls.get()).as("@%d", offset).isLessThan(512);
        }
    }

    @Test
    void should_keep_a_bounded_number_of_states() {
        ProcessorStateHistory<Integer> history = history();
        for (int offset = 1; offset <= EVENTS; offset += 97) {
            history.at(store, STREAM, offset);
            assertThat(history.size()).isLessThanOrEqualTo(ProcessorStateHistory.MOST);
        }

        assertThat(history.size()).isGreaterThan(ProcessorStateHistory.MOST / 4);
    }

    @Test
    void should_fold_nothing_again_at_the_newest_offset() {
        ProcessorStateHistory<Integer> history = history();
        history.at(store, STREAM, 777);
        calls.set(0);

        assertThat(history.at(store, STREAM, 777)).isEqualTo(IntNode.valueOf(777));
        assertThat(history.at(store, STREAM, 779)).isEqualTo(IntNode.valueOf(779));
        assertThat(history.at(store, STREAM, 778)).isEqualTo(IntNode.valueOf(778));
        assertThat(calls).hasValue(3);
    }

    @Test
    void should_not_fold_the_events_of_another_incarnation() {
        ProcessorStateHistory<Integer> history = new ProcessorStateHistory<>(new Counter(calls), "an earlier one");

        assertThat(history.at(store, STREAM, 100)).isEqualTo(IntNode.valueOf(0));
        assertThat(calls).hasValue(0);
    }
}
