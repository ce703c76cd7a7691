package dev.millrace.core.internal.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Chain;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ScriptedStreams;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CauseLookupTest {
    private static final StreamPath OWN = StreamPath.of("/own");

    private final ScriptedStreams streams = new ScriptedStreams();
    private final CauseLookup causes = new CauseLookup(streams, OWN);

    private static Cause cause(long offset, int depth, int hops) {
        Chain chain = new Chain(depth, hops);
        return new Cause(offset, chain, chain);
    }

    @Test
    void should_take_depth_and_hops_from_the_provenance_of_the_event() {
        causes.remember(event(7, 4, 2));
        causes.remember(ScriptedStreams.event(OWN, 8, EventInput.ofType("from-outside")));

        assertThat(causes.find(7)).isCompletedWithValue(cause(7, 4, 2));
        assertThat(causes.find(8)).isCompletedWithValue(cause(8, 0, 0));
        assertThat(streams.reads).isEmpty();
    }

    @Test
    void should_read_what_it_does_not_remember_and_then_remember_it() {
        CompletableFuture<Cause> found = causes.find(7);
        assertThat(streams.reads).hasSize(1);
        assertThat(streams.reads.get(0).range().afterOffset()).isEqualTo(6);
        assertThat(streams.reads.get(0).range().limit()).hasValue(1);

        streams.reads.get(0).answer().complete(List.of(event(7, 4, 2)));

        assertThat(found).isCompletedWithValue(cause(7, 4, 2));
        assertThat(causes.find(7)).isCompletedWithValue(cause(7, 4, 2));
        assertThat(streams.reads).hasSize(1);
    }

    @Test
    void should_say_that_an_offset_names_no_event() {
        CompletableFuture<Cause> beyond = causes.find(7);
        CompletableFuture<Cause> between = causes.find(9);
        streams.reads.get(0).answer().complete(List.of());
        streams.reads.get(1).answer().complete(List.of(event(10, 0, 0)));

        for (CompletableFuture<Cause> wrong : List.of(beyond, between)) {
            assertThatThrownBy(() -> wrong.get(1, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(StreamException.class)
                    .hasMessageContainingAll("names no event of /own", "because(");
        }
    }

    @Test
    void should_remember_the_256_causes_it_met_or_used_last() {
        for (int offset = 1; offset <= 256; offset++) {
            causes.remember(event(offset, offset, 0));
        }
        assertThat(causes.find(1)).isCompletedWithValue(cause(1, 1, 0));

        causes.remember(event(257, 257, 0));

        assertThat(causes.find(1)).as("used last").isCompleted();
        assertThat(causes.find(3)).isCompleted();
        assertThat(causes.find(257)).isCompleted();
        assertThat(causes.find(2)).as("neither met nor used for longest").isNotDone();
        assertThat(streams.reads).hasSize(1);
    }

    @Test
    void should_forget_everything_of_an_earlier_incarnation_even_running_reads() {
        causes.remember(event(7, 4, 2));
        CompletableFuture<Cause> reading = causes.find(8);

        causes.forget();
        streams.reads.get(0).answer().complete(List.of(event(8, 9, 9)));

        assertThat(reading).isCompletedWithValue(cause(8, 9, 9));
        assertThat(causes.find(7)).isNotDone();
        assertThat(causes.find(8)).isNotDone();
    }

    @Test
    void should_pass_on_a_read_that_fails_and_read_again_the_next_time() {
        CompletableFuture<Cause> failing = causes.find(7);
        streams.reads
                .get(0)
                .answer()
                .completeExceptionally(new StreamException(StreamException.Code.UNAVAILABLE, OWN, "away"));
        assertThat(failing).isCompletedExceptionally();

        CompletableFuture<Cause> again = causes.find(7);
        streams.reads.get(1).answer().complete(List.of(event(7, 1, 0)));

        assertThat(again).isCompletedWithValue(cause(7, 1, 0));
    }

    private static Event event(long offset, int depth, int hops) {
        Provenance provenance = new Provenance("other", 1, OWN, 1, depth, hops);
        return ScriptedStreams.event(
                OWN,
                offset,
                EventInput.builder()
                        .type("t")
                        .metadata(provenance.asMetadata(Optional.empty()))
                        .build());
    }
}
