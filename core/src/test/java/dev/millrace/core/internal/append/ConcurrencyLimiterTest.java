package dev.millrace.core.internal.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class ConcurrencyLimiterTest {
    @Test
    void should_answer_each_of_a_thousand_requests_whose_answers_are_there_at_once() {
        ConcurrencyLimiter turnstile = new ConcurrencyLimiter(1);
        CompletableFuture<Integer> first = new CompletableFuture<>();
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        answers.add(turnstile.submit(() -> first));
        for (int i = 1; i < 100_000; i++) {
            int number = i;
            answers.add(turnstile.submit(() -> CompletableFuture.completedFuture(number)));
        }

        first.complete(0);

        assertThat(answers).allSatisfy(answer -> assertThat(answer).isCompleted());
    }

    @Test
    void should_limit_the_number_of_running_requests() {
        ConcurrencyLimiter turnstile = new ConcurrencyLimiter(2);
        List<CompletableFuture<String>> underWay = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            turnstile.submit(() -> {
                CompletableFuture<String> answer = new CompletableFuture<>();
                underWay.add(answer);
                return answer;
            });
        }
        assertThat(underWay).hasSize(2);

        underWay.get(1).complete("done");

        assertThat(underWay).hasSize(3);
    }

    @Test
    void should_go_on_after_a_request_that_throws() {
        ConcurrencyLimiter turnstile = new ConcurrencyLimiter(1);

        CompletableFuture<String> refused = turnstile.submit(() -> {
            throw new IllegalStateException("broken");
        });
        CompletableFuture<String> next = turnstile.submit(() -> CompletableFuture.completedFuture("next"));

        assertThatThrownBy(refused::join).hasRootCauseMessage("broken");
        assertThat(next).isCompletedWithValue("next");
    }
}
