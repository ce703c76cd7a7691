package dev.millrace.processors.agent.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalExpired;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalNeeded;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalWaived;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host says which calls need an approval. */
@Timeout(60)
class ApprovalDecisionsTest {
    record Refund(BigDecimal amount) {}

    private final HostStage stage = new HostStage();
    private final AtomicInteger asked = new AtomicInteger();
    private final Tool<Refund> refund = Tool.of("refund", Refund.class, refund -> "paid")
            .approval(
                    refund -> {
                        asked.incrementAndGet();
                        if (refund.amount().signum() < 0) {
                            throw new IllegalStateException("negative");
                        }
                        return refund.amount().compareTo(BigDecimal.TEN) > 0;
                    },
                    Duration.ofDays(2));

    @AfterEach
    void stop() {
        stage.close();
    }

    private ToolHost host(String name) {
        return stage.host(name, refund).build();
    }

    @Test
    void should_waive_or_need_an_approval_once() {
        ProcessorRunner<ToolHostState> runner = stage.offer(host("shop"));
        stage.ask("small", "refund", "{'amount':5}");
        stage.awaitStory("small", "approval-requested", "approval-waived");
        stage.ask("large", "refund", "{'amount':50}");
        stage.awaitStory("large", "approval-requested", "approval-needed");
        runner.awaitIdle(HostStage.LIMIT);
        stage.crash(runner);
        ProcessorRunner<ToolHostState> next = stage.start(host("shop"));
        next.awaitIdle(HostStage.LIMIT);

        assertThat(stage.all(ApprovalWaived.class))
                .containsExactly(new ApprovalWaived(1, "small", "hash-small", "shop"));
        assertThat(stage.all(ApprovalNeeded.class))
                .containsExactly(new ApprovalNeeded(1, "large", "hash-large", "shop"));
        assertThat(asked).hasValue(2);
        assertThat(next.state().approvals().open()).isEmpty();
    }

    @Test
    void should_need_an_approval_if_the_condition_cannot_say() {
        stage.offer(host("shop"));
        stage.ask("throws", "refund", "{'amount':-5}");
        stage.awaitStory("throws", "approval-requested", "approval-needed");
        stage.ask("wrong", "refund", "{'amount':'much'}");
        stage.awaitStory("wrong", "approval-requested", "approval-needed");
    }

    @Test
    void should_need_an_approval_if_the_condition_takes_longer_than_the_tool_may() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Tool<Refund> slow = refund.approval(
                refund -> {
                    begun.countDown();
                    try {
                        return !end.await(1, java.util.concurrent.TimeUnit.MINUTES);
                    } catch (InterruptedException stopped) {
                        return false;
                    }
                },
                Duration.ofDays(2));
        stage.offer(stage.host("shop", slow).build());
        stage.ask("c1", "refund", "{'amount':5}");
        stage.eventually(() -> begun.getCount() == 0);
        stage.pass(Duration.ofSeconds(60));
        stage.awaitStory("c1", "approval-requested", "approval-needed");
        end.countDown();
    }

    @Test
    void should_decide_what_was_asked_while_it_did_not_run() {
        stage.crash(stage.offer(host("shop")));
        stage.ask("c1", "refund", "{'amount':5}");
        stage.start(host("shop"));

        stage.awaitStory("c1", "approval-requested", "approval-waived");
    }

    @Test
    void should_say_its_own_opinion_beside_another_host() {
        stage.offer(host("one"));
        stage.offer(stage.host("two", refund.approval(refund -> true, Duration.ofDays(1)))
                .build());
        stage.ask("c1", "refund", "{'amount':5}");
        stage.await(ApprovalNeeded.class);
        stage.await(ApprovalWaived.class);

        assertThat(stage.all(ApprovalWaived.class).get(0).host()).isEqualTo("one");
        assertThat(stage.all(ApprovalNeeded.class).get(0).host()).isEqualTo("two");
    }

    @Test
    void should_be_silent_about_calls_that_are_not_its_to_decide() {
        Tool<Refund> always = Tool.of("always", Refund.class, refund -> "paid").approval();
        ProcessorRunner<ToolHostState> runner =
                stage.offer(stage.host("shop", refund, always).build());
        stage.ask("other", "unknown", "{'amount':5}");
        stage.ask("always", "always", "{'amount':5}");
        stage.append(new ApprovalRequested(
                1,
                "unconditional",
                "refund",
                HostStage.json("{'amount':5}"),
                "h",
                "s",
                stage.timers.now(),
                Optional.empty()));
        runner.awaitIdle(HostStage.LIMIT);

        assertThat(stage.all(ApprovalNeeded.class)).isEmpty();
        assertThat(stage.all(ApprovalWaived.class)).isEmpty();
        assertThat(asked).hasValue(0);
    }

    @Test
    void should_forget_a_call_that_expired() {
        stage.crash(stage.offer(host("shop")));
        stage.ask("c1", "refund", "{'amount':5}");
        stage.append(new ApprovalExpired(1, "c1"));
        stage.start(host("shop")).awaitIdle(HostStage.LIMIT);

        assertThat(stage.story("c1")).containsExactly("approval-requested", "approval-expired");
    }
}
