package dev.millrace.contracts.store;

import static dev.millrace.contracts.store.StoreSubject.append;
import static dev.millrace.contracts.store.StoreSubject.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tests of concurrent readers beside one writer: a reader sees whole commits only. */
interface StoreReaderTests extends StoreSubject {
    StreamKey LEFT = stream("/readers/left");
    StreamKey RIGHT = stream("/readers/right");

    @Test
    default void should_show_readers_whole_commits_in_order_while_it_writes() throws Exception {
        int readers = 6;
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicLong committed = new AtomicLong();
        CountDownLatch reading = new CountDownLatch(readers);
        ExecutorService threads = Executors.newFixedThreadPool(readers);
        try {
            List<Future<Long>> watchers = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                watchers.add(threads.submit(() -> watch(writing, committed, reading)));
            }
            assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
            for (int round = 0; round < 200; round++) {
                String key = "left-" + round;
                commit(draft -> {
                    append(draft, LEFT, "said", key);
                    append(draft, LEFT, "said");
                    append(draft, RIGHT, "said");
                });
                committed.incrementAndGet();
            }
            writing.set(false);
            for (Future<Long> watcher : watchers) {
                assertThat(watcher.get(30, TimeUnit.SECONDS)).isEqualTo(400L);
            }
        } finally {
            writing.set(false);
            threads.shutdownNow();
        }
    }

    private long watch(AtomicBoolean writing, AtomicLong committed, CountDownLatch reading) {
        long seen = 0;
        boolean last = false;
        while (!last) {
            last = !writing.get();
            long before = committed.get();
            long right = store().head(RIGHT).map(StreamHead::lastOffset).orElse(0L);
            List<EventRecord> left = store().read(LEFT, RecordRange.after(0, Integer.MAX_VALUE));
            assertThat(right).as("what was committed before the call").isGreaterThanOrEqualTo(before);
            assertThat(left.size()).as("whole commits").isEven();
            assertThat((long) left.size()).as("time goes forward").isGreaterThanOrEqualTo(Math.max(seen, 2 * right));
            for (int i = 0; i < left.size(); i++) {
                assertThat(left.get(i).offset()).isEqualTo(i + 1);
            }
            seen = left.size();
            reading.countDown();
        }
        return seen;
    }

    @Test
    default void should_serve_many_readers_at_once() throws Exception {
        given(LEFT, "said", 50);
        ExecutorService threads = Executors.newFixedThreadPool(40);
        try {
            List<Future<Integer>> reads = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                reads.add(threads.submit(() -> all(LEFT).size()));
            }
            for (Future<Integer> read : reads) {
                assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(50);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
