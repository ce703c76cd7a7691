package dev.millrace.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class AppendQueuesTest {
    private final AppendQueues lanes = new AppendQueues();
    private final List<String> sent = new ArrayList<>();

    @Test
    void should_send_one_after_the_other_and_remember_nothing_when_idle() {
        // given
        CompletableFuture<Integer> first = new CompletableFuture<>();
        CompletableFuture<Integer> answer = enter("first", first);
        enter("second", CompletableFuture.completedFuture(2));
        assertThat(sent).containsExactly("first");
        assertThat(lanes.size()).isEqualTo(1);
        // when
        first.complete(1);
        // then
        assertThat(sent).containsExactly("first", "second");
        assertThat(answer).isCompletedWithValue(1);
        assertThat(lanes.size()).isZero();
    }

    @Test
    void should_go_on_after_a_failure() {
        CompletableFuture<Integer> failed = enter("bad", CompletableFuture.failedFuture(new IllegalStateException()));
        CompletableFuture<Integer> next = enter("good", CompletableFuture.completedFuture(1));
        assertThat(failed).isCompletedExceptionally();
        assertThat(next).isCompletedWithValue(1);
        assertThat(lanes.size()).isZero();
    }

    @Test
    void should_not_send_what_was_cancelled_before_its_turn_and_cancel_what_was_sent() {
        // given
        CompletableFuture<Integer> first = new CompletableFuture<>();
        CompletableFuture<Integer> underWay = enter("first", first);
        CompletableFuture<Integer> waiting = enter("second", CompletableFuture.completedFuture(2));
        // when
        waiting.cancel(false);
        underWay.cancel(false);
        // then
        assertThat(first).isCancelled();
        assertThat(sent).containsExactly("first");
        assertThat(lanes.size()).isZero();
    }

    @Test
    void should_fail_dependent_appends_with_the_one_before_them_that_may_succeed_later() {
        // given
        StreamException lost = new StreamException(StreamException.Code.UNAVAILABLE, "lost");
        CompletableFuture<Integer> first = new CompletableFuture<>();
        CompletableFuture<Integer> failed = dependent("first", first);
        CompletableFuture<Integer> second = dependent("second", CompletableFuture.completedFuture(2));
        CompletableFuture<Integer> other = enter("other", CompletableFuture.completedFuture(3));
        // when
        first.completeExceptionally(lost);
        // then
        assertThat(failed).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
        assertThat(other).isCompletedWithValue(3);
        assertThat(sent).containsExactly("first", "other");
        assertThat(lanes.size()).isZero();
    }

    @Test
    void should_send_dependent_appends_after_one_that_was_refused_for_good() {
        CompletableFuture<Integer> first = new CompletableFuture<>();
        dependent("first", first);
        CompletableFuture<Integer> second = dependent("second", CompletableFuture.completedFuture(2));

        first.completeExceptionally(new StreamException(StreamException.Code.BAD_REQUEST, "no"));

        assertThat(second).isCompletedWithValue(2);
    }

    @Test
    void should_not_take_stack_for_a_long_lane() {
        // given
        CompletableFuture<Integer> first = new CompletableFuture<>();
        enter("first", first);
        List<CompletableFuture<Integer>> rest = IntStream.range(0, 100_000)
                .mapToObj(n -> enter("next", CompletableFuture.completedFuture(n)))
                .toList();
        // when
        first.complete(0);
        // then
        assertThat(rest).allMatch(CompletableFuture::isDone);
        assertThat(lanes.size()).isZero();
    }

    private CompletableFuture<Integer> enter(String name, CompletableFuture<Integer> answer) {
        return enter(name, false, answer);
    }

    private CompletableFuture<Integer> dependent(String name, CompletableFuture<Integer> answer) {
        return enter(name, true, answer);
    }

    private CompletableFuture<Integer> enter(String name, boolean isDependent, CompletableFuture<Integer> answer) {
        return lanes.enter(StreamPath.of("/a"), isDependent, () -> {
            sent.add(name);
            return answer;
        });
    }
}
