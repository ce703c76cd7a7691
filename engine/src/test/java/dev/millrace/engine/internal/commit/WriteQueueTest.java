package dev.millrace.engine.internal.commit;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WriteQueueTest {
    private static final StreamKey STREAM = new StreamKey(PUBLIC, path("/a"));

    @Test
    void should_turn_a_caller_away_when_there_is_no_room_for_too_long() {
        WriteQueue intake = new WriteQueue(2, 1_000, Duration.ofMillis(30));
        intake.offer(request(1, false));
        intake.offer(request(1, false));

        assertThatThrownBy(() -> intake.offer(request(1, false))).isInstanceOfSatisfying(StreamException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(e).hasMessageContaining("2 requests already wait");
        });
    }

    @Test
    void should_let_a_waiting_caller_in_when_the_writer_takes_a_group() throws InterruptedException {
        WriteQueue intake = new WriteQueue(1, 1_000, Duration.ofSeconds(10));
        intake.offer(request(1, false));
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> intake.offer(request(1, false)));
        assertThat(waiting).isNotDone();

        assertThat(take(intake).orElseThrow().requests()).hasSize(1);

        get(waiting);
        assertThat(take(intake).orElseThrow().requests()).hasSize(1);
    }

    @Test
    void should_bound_what_waits_in_bytes_but_never_lock_a_large_request_out() {
        WriteQueue intake = new WriteQueue(100, 1_000, Duration.ofMillis(1));

        intake.offer(request(5_000, false));

        assertThatThrownBy(() -> intake.offer(request(1, false))).isInstanceOf(StreamException.class);
    }

    @Test
    void should_give_a_request_that_must_be_alone_a_group_of_its_own() throws InterruptedException {
        WriteQueue intake = new WriteQueue(100, 1_000, Duration.ZERO);
        for (boolean alone : new boolean[] {false, false, true, false}) {
            intake.offer(request(1, alone));
        }

        assertThat(take(intake).orElseThrow().requests()).hasSize(2);
        assertThat(take(intake).orElseThrow().requests())
                .allMatch(WriteTask::alone)
                .hasSize(1);
        assertThat(take(intake).orElseThrow().requests()).hasSize(1);
    }

    @Test
    void should_refuse_an_interrupted_caller_and_keep_the_interrupt() {
        WriteQueue intake = new WriteQueue(1, 1_000, Duration.ofSeconds(10));
        intake.offer(request(1, false));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> intake.offer(request(1, false)))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void should_finish_what_is_queued_and_then_end() throws InterruptedException {
        WriteQueue intake = new WriteQueue(10, 1_000, Duration.ZERO);
        intake.offer(request(1, false));
        intake.addCursor(new CursorKey(STREAM, "chat"), new EventStore.Cursor("life", 1));
        intake.close();

        assertThatThrownBy(() -> intake.offer(request(1, false))).hasMessageContaining("stopping");
        WriteQueue.WriteGroup last = take(intake).orElseThrow();
        assertThat(last.requests()).hasSize(1);
        assertThat(last.cursors()).hasSize(1);
        intake.restoreCursors(last.cursors());
        assertThat(take(intake))
                .as("after the close, cursors of a failed group are not tried again")
                .isEmpty();
    }

    @Test
    void should_keep_the_newest_cursor_when_a_group_fails() throws InterruptedException {
        WriteQueue intake = new WriteQueue(10, 1_000, Duration.ZERO);
        CursorKey key = new CursorKey(STREAM, "chat");
        intake.addCursor(key, new EventStore.Cursor("life", 1));
        intake.flushCursors();
        WriteQueue.WriteGroup failed = take(intake).orElseThrow();
        intake.addCursor(key, new EventStore.Cursor("life", 2));

        intake.restoreCursors(failed.cursors());
        intake.flushCursors();

        assertThat(take(intake).orElseThrow().cursors()).containsEntry(key, new EventStore.Cursor("life", 2));
    }

    /** Takes a group as the writer thread does, and ends the turn. */
    private static Optional<WriteQueue.WriteGroup> take(WriteQueue intake) throws InterruptedException {
        Optional<WriteQueue.WriteGroup> group = intake.take();
        intake.endTurn();
        return group;
    }

    private static WriteTask<String> request(int bytes, boolean alone) {
        return new WriteTask<>(STREAM, bytes, alone, group -> () -> "done");
    }
}
