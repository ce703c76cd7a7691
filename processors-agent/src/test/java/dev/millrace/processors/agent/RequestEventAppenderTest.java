package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RequestEventAppenderTest {
    private final Desk desk = new Desk();
    private final RequestEventAppender log = new RequestEventAppender(desk, 7);

    @Test
    void should_send_an_event_only_when_the_one_before_it_is_durable() {
        log.add(chunk("a"));
        log.add(chunk("b"));
        CompletableFuture<Void> end = log.end(new RequestLost(7, Optional.empty()));
        assertThat(desk.sent).hasSize(1);

        desk.store(0);
        assertThat(desk.sent).hasSize(2);
        desk.store(1);
        assertThat(desk.sent).hasSize(3);
        assertThat(end).isNotDone();
        desk.store(2);

        assertThat(end).isCompleted();
        assertThat(log.broken()).isNotDone();
    }

    @Test
    void should_anchor_every_event_on_the_request_and_number_those_of_one_type() {
        log.add(chunk("a"));
        desk.store(0);
        log.add(chunk("b"));
        desk.store(1);
        var unused = log.end(new RequestLost(7, Optional.empty()));

        assertThat(desk.sent).extracting(EventDraft::because).containsOnly(Optional.of(new CausingOffset(7)));
        assertThat(desk.sent)
                .extracting(EventDraft::name)
                .containsExactly(Optional.of("1"), Optional.of("2"), Optional.empty());
    }

    @Test
    void should_send_nothing_more_once_an_append_failed() {
        log.add(chunk("a"));
        log.add(chunk("b"));
        CompletableFuture<Void> end = log.end(new RequestLost(7, Optional.empty()));
        desk.answers.get(0).completeExceptionally(new IllegalStateException("refused"));

        assertThat(desk.sent).hasSize(1);
        assertThat(log.broken()).isCompletedExceptionally();
        assertThat(end).isCompletedExceptionally();
    }

    private static ChunkAdded chunk(String text) {
        return new ChunkAdded(7, 0, "text", text, 0, 0);
    }

    /** An attempt whose appends are stored when the test says so. */
    private static final class Desk implements BackgroundTask<AgentState> {
        private final List<EventDraft> sent = new ArrayList<>();
        private final List<CompletableFuture<AppendResult>> answers = new ArrayList<>();

        void store(int index) {
            Event event = Event.builder()
                    .path(StreamPath.of("/a"))
                    .offset(8 + index)
                    .type(sent.get(index).input().type())
                    .payloadJson(sent.get(index).input().payload())
                    .createdAt(Instant.EPOCH)
                    .build();
            answers.get(index).complete(new AppendResult(event, false, false));
        }

        @Override
        public CompletableFuture<AppendResult> append(EventDraft draft) {
            sent.add(draft);
            answers.add(new CompletableFuture<>());
            return answers.get(answers.size() - 1);
        }

        @Override
        public String name() {
            return "reply";
        }

        @Override
        public CausingOffset because() {
            return new CausingOffset(6);
        }

        @Override
        public AgentState current() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<List<Event>> read(ReadRange range) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void onCancel(Runnable action) {
            // never cancelled in these tests
        }

        @Override
        public void cancel() {
            throw new AssertionError("these tests never cancel a background task");
        }

        @Override
        public CompletableFuture<Void> done() {
            return new CompletableFuture<>();
        }
    }
}
