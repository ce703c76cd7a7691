package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.StreamException.Code;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BlockingEventStreamsTest {
    private static final StreamPath PATH = StreamPath.of("/a");

    /** Reads that are never answered. */
    private record Silent(EventStreams delegate, CompletableFuture<List<Event>> answer)
            implements ForwardingEventStreams {
        @Override
        public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
            return answer;
        }
    }

    private final CompletableFuture<List<Event>> answer = new CompletableFuture<>();

    @SuppressWarnings("NullAway") // the test only reads
    private BlockingEventStreams streams(Duration limit) {
        return new Silent(null, answer).blocking(limit);
    }

    @Test
    void should_give_up_after_the_limit() {
        assertThatThrownBy(() -> streams(Duration.ofMillis(1)).read(PATH, ReadRange.all()))
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.code()).isEqualTo(Code.TIMEOUT))
                .hasMessage("read failed: /a; no answer within PT0.001S; check the service, or set a longer limit");
        assertThat(answer).isCancelled();
    }

    @Test
    void should_stay_interrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> streams(Duration.ofSeconds(30)).read(PATH, ReadRange.all()))
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void should_accept_only_a_positive_limit() {
        assertThatThrownBy(() -> streams(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
