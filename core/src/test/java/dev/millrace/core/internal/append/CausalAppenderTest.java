package dev.millrace.core.internal.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("FutureReturnValueIgnored")
class CausalAppenderTest {
    private static final StreamPath OWN = StreamPath.of("/team/own");

    private final VirtualTime time = new VirtualTime();
    private final ScriptedStreams streams = new ScriptedStreams();
    private final CauseLookup causes = new CauseLookup(streams, OWN);
    private final Appender appender =
            new Appender(streams, OWN, time.options(RetryPolicy.DEFAULT, 64), causes, () -> {});
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final CausalAppender reactor = reactor(Optional.of(new CausingOffset(7)));

    @Test
    void should_stamp_key_and_provenance_of_the_event_being_handled() {
        causes.remember(event(7, 4, 2));

        CompletableFuture<AppendResult> answer = reactor.append(draft("said").to("./child"));

        ScriptedStreams.Call call = streams.last();
        assertThat(call.path()).isEqualTo(StreamPath.of("/team/own/child"));
        assertThat(call.input().idempotencyKey()).contains("chat/said@/team/own~i1:7");
        assertThat(Provenance.of(call.input().metadata().orElseThrow()))
                .contains(new Provenance("chat", 2, OWN, 7, 5, 3));
        call.store(9);
        assertThat(offset(answer)).isEqualTo(9);
    }

    @Test
    void should_prefer_the_cause_that_the_draft_names() {
        causes.remember(event(5, 1, 0));

        reactor.append(draft("said").because(5));

        assertThat(streams.last().input().idempotencyKey()).contains("chat/said@/team/own~i1:5");
    }

    @Test
    void should_refuse_an_append_that_nothing_explains() {
        assertThatIllegalStateException()
                .isThrownBy(() -> reactor(Optional.empty()).append(draft("said")))
                .withMessageContainingAll("said", "'chat'", "because(offset)");
    }

    @Test
    void should_refuse_a_target_that_is_no_path() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reactor.append(draft("said").to("child")))
                .withMessageContaining("'child'");
    }

    @Test
    void should_refuse_a_second_claim_of_one_key_and_say_what_to_do() {
        causes.remember(event(7, 0, 0));
        reactor.append(draft("said"));

        assertThatIllegalStateException()
                .isThrownBy(() -> reactor.append(draft("said")))
                .withMessageContainingAll(
                        "second append of said to /team/own",
                        "'chat'",
                        "/team/own@7",
                        "same idempotency key",
                        "named(");
        assertThat(streams.calls).hasSize(1);
    }

    @Test
    void should_tell_apart_by_name_type_target_and_cause() {
        causes.remember(event(7, 0, 0));
        causes.remember(event(5, 0, 0));

        reactor.append(draft("said"));
        reactor.append(draft("said").named("2"));
        reactor.append(draft("said").to("../other"));
        reactor.append(draft("said").because(5));
        reactor.append(draft("asked"));
        reactor.append(draft("said").named(""));
        reactor.append(draft("a").named("7 b"));
        reactor.append(draft("a 7").because(7).named("b"));

        assertThat(streams.calls).hasSize(8);
        assertThat(streams.calls)
                .extracting(call ->
                        call.path() + " " + call.input().idempotencyKey().orElseThrow())
                .doesNotHaveDuplicates();
    }

    @Test
    void should_let_an_author_use_keys_of_their_own_as_often_as_they_like() {
        causes.remember(event(7, 0, 0));
        EventDraft own = EventDraft.of(
                EventInput.builder().type("said").idempotencyKey("mine").build());

        reactor.append(own);
        reactor.append(own);

        assertThat(streams.calls)
                .extracting(call -> call.input().idempotencyKey())
                .containsOnly(Optional.of("mine"));
    }

    @Test
    void should_allow_another_try_of_an_append_that_failed() {
        causes.remember(event(7, 0, 0));
        CompletableFuture<AppendResult> first = reactor.append(draft("said"));
        streams.last().refuse(StreamException.Code.FORBIDDEN);
        assertThat(first).isCompletedExceptionally();

        CompletableFuture<AppendResult> second = reactor.append(draft("said"));
        streams.last().store(9);

        assertThat(second).isCompleted();
        assertThat(streams.calls.get(0).input()).isEqualTo(streams.calls.get(1).input());
    }

    @Test
    void should_hand_over_in_the_order_of_the_calls_when_the_first_cause_must_be_read() {
        causes.remember(event(7, 0, 0));

        reactor.append(draft("first").because(3));
        reactor.append(draft("second"));
        reactor.append(draft("third").because(4));
        assertThat(streams.calls).isEmpty();

        streams.reads.get(1).answer().complete(List.of(event(4, 0, 0)));
        assertThat(streams.calls).isEmpty();
        streams.reads.get(0).answer().complete(List.of(event(3, 0, 0)));

        assertThat(streams.sent()).containsExactly("first", "second", "third");
    }

    @Test
    void should_not_let_a_cause_that_cannot_be_found_stop_the_others() {
        causes.remember(event(7, 0, 0));

        CompletableFuture<AppendResult> lost = reactor.append(draft("lost").because(3));
        reactor.append(draft("second"));
        streams.reads.get(0).answer().complete(List.of());

        assertThatThrownBy(() -> lost.get(1, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("because(3) names no event");
        assertThat(streams.sent()).containsExactly("second");
    }

    @Test
    void should_send_nothing_once_its_attempt_is_cancelled() {
        CompletableFuture<AppendResult> answer = reactor.append(draft("said"));

        cancelled.set(true);
        streams.reads.get(0).answer().complete(List.of(event(7, 0, 0)));

        assertThatThrownBy(() -> answer.get(1, TimeUnit.SECONDS)).hasRootCauseInstanceOf(CancellationException.class);
        assertThat(streams.calls).isEmpty();
    }

    @Test
    void should_hand_over_thousands_that_waited_for_one_cause() {
        IntStream.range(0, 20_000)
                .forEach(i -> reactor.append(draft("chunk").because(3).named("" + i)));
        streams.reads.forEach(read -> read.answer().complete(List.of(event(3, 0, 0))));

        assertThat(streams.calls).hasSize(20_000);
        assertThat(streams.calls.get(19_999).input().idempotencyKey().orElseThrow())
                .endsWith("#19999");
    }

    @ParameterizedTest
    @CsvSource({"1000, 64, true", "1001, 0, false", "5, 65, false"})
    void should_end_a_chain_of_reactions_at_the_limit_without_a_breaker(int depth, int hops, boolean allowed) {
        causes.remember(event(7, depth, hops));

        CompletableFuture<AppendResult> answer = reactor.append(draft("said"));

        assertThat(streams.calls).hasSize(allowed ? 1 : 0);
        if (!allowed) {
            assertThatThrownBy(() -> answer.get(1, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(ChainLimitException.class)
                    .hasMessageContainingAll("said", "/team/own", "'chat'", "@7", "1000 reactions", "64 hops");
        }
    }

    @Test
    void should_let_a_pause_end_a_chain_that_is_too_long() {
        causes.remember(event(7, 5000, 0));

        reactor.append(draft("https://events.iterate.com/events/stream/paused"));

        assertThat(streams.calls).hasSize(1);
    }

    @Test
    void should_record_a_failure_as_part_of_the_chain_but_within_the_limits() {
        causes.remember(event(7, 4, 2));
        causes.remember(event(8, 1001, 70));

        reactor.record(draft("failed"), 7);
        assertThat(provenance(0)).isEqualTo(new Provenance("chat", 2, OWN, 7, 5, 2));
        reactor.record(draft("failed"), 8);
        assertThat(provenance(1)).isEqualTo(new Provenance("chat", 2, OWN, 8, 1000, 64));
    }

    private Provenance provenance(int call) {
        return Provenance.of(streams.calls.get(call).input().metadata().orElseThrow())
                .orElseThrow();
    }

    private CausalAppender reactor(Optional<CausingOffset> standing) {
        ProducerIdentity identity = new ProducerIdentity("chat", 2, OWN, "i1");
        return new CausalAppender(identity, causes, appender, standing, cancelled::get);
    }

    private static EventDraft draft(String type) {
        return EventDraft.of(EventInput.ofType(type));
    }

    private static dev.millrace.core.Event event(long offset, int depth, int hops) {
        EventInput.Builder input = EventInput.builder().type("cause");
        if (depth > 0) {
            input.metadata(new Provenance("other", 1, OWN, 1, depth, hops).asMetadata(Optional.empty()));
        }
        return ScriptedStreams.event(OWN, offset, input.build());
    }

    private static long offset(CompletableFuture<AppendResult> answer) {
        assertThat(answer).isCompleted();
        return answer.join().offset();
    }
}
