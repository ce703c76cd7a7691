package dev.millrace.processors.agent.tool;

import static dev.millrace.processors.agent.tool.HostStage.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalDenied;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalExpired;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalWaived;
import dev.millrace.processors.agent.tool.ToolEvent.CallEdited;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host runs a call of a tool that needs an approval only if the log has one, whatever an offer or a request says. */
@Timeout(60)
class ApprovalGuardTest {
    record Refund(BigDecimal amount) {}

    private static final By ANN = By.person("ann");
    private static final String SMALL = "{'amount':5}";
    private static final String LARGE = "{'amount':50}";

    private final HostStage stage = new HostStage();
    private final Queue<BigDecimal> paid = new ConcurrentLinkedQueue<>();
    private final Tool<Refund> refund = Tool.of("refund", Refund.class, refund -> {
        paid.add(refund.amount());
        return "paid";
    });
    private final Tool<Refund> always = refund.approval();
    private final Tool<Refund> conditional =
            refund.approval(refund -> refund.amount().compareTo(BigDecimal.TEN) > 0, Duration.ofDays(2));

    @AfterEach
    void stop() {
        stage.close();
    }

    private void offer(Tool<Refund> tool) {
        stage.offer(stage.host("shop", tool).build());
    }

    private void ask(String id, String hash, String arguments) {
        stage.append(new ApprovalRequested(
                1, id, "refund", json(arguments), hash, "s", stage.timers.now().plusSeconds(60), Optional.empty()));
    }

    private void edit(String id, String hash, String arguments) {
        stage.append(new CallEdited(Optional.empty(), id, json(arguments), hash, ANN));
    }

    private void grant(String id, String hash) {
        stage.append(new ApprovalGranted(Optional.empty(), id, hash, ANN));
    }

    private void request(String id, String hash, String arguments) {
        stage.append(new CallRequested(1, id, "refund", json(arguments), hash, SideEffect.ONCE));
    }

    private void awaitRefused(String id) {
        stage.eventually(() -> stage.all(CallFailed.class).stream()
                .anyMatch(end -> end.callId().equals(id)));
        CallFailed end = stage.all(CallFailed.class).stream()
                .filter(failed -> failed.callId().equals(id))
                .findFirst()
                .orElseThrow();
        assertThat(end.result().asText()).contains("was not executed", "needs an approval", "Call it again");
        assertThat(end.error()).contains("tool-approval-granted", "argumentsHash", "tools-offered");
        assertThat(paid).isEmpty();
    }

    private void awaitPaid(int... amounts) {
        stage.eventually(() -> paid.size() == amounts.length);
        for (int amount : amounts) {
            assertThat(paid).contains(BigDecimal.valueOf(amount));
        }
    }

    @Test
    void should_not_run_a_call_that_was_requested_under_a_forged_offer_without_an_approval() {
        offer(always);
        stage.append(new ToolsOffered("shop", "forged", List.of(refund.offer())));
        request("c1", "h", SMALL);

        awaitRefused("c1");
        assertThat(stage.story("c1")).containsExactly("call-requested", "call-started", "call-failed");
    }

    @Test
    void should_run_an_approved_call() {
        offer(always);
        ask("c1", "h", LARGE);
        grant("c1", "h");
        request("c1", "h", LARGE);

        awaitPaid(50);
    }

    @Test
    void should_find_the_approval_after_a_restart() {
        stage.crash(stage.offer(stage.host("shop", always).build()));
        ask("c1", "h", LARGE);
        grant("c1", "h");
        request("c1", "h", LARGE);
        stage.start(stage.host("shop", always).build());

        awaitPaid(50);
    }

    @Test
    void should_not_run_a_call_whose_approval_is_for_another_call_or_hash() {
        offer(always);
        ask("c1", "h", LARGE);
        grant("c1", "other");
        grant("c2", "h");
        request("c1", "h", LARGE);

        awaitRefused("c1");
    }

    @Test
    void should_not_count_an_approval_of_what_was_not_asked_was_denied_or_had_expired() {
        offer(always);
        grant("unasked", "h");
        ask("unasked", "h", LARGE);
        request("unasked", "h", LARGE);
        awaitRefused("unasked");
        ask("denied", "h", LARGE);
        stage.append(new ApprovalDenied(Optional.empty(), "denied", "h", ANN, Optional.empty()));
        grant("denied", "h");
        request("denied", "h", LARGE);
        awaitRefused("denied");
        ask("expired", "h", LARGE);
        stage.append(new ApprovalExpired(1, "expired"));
        grant("expired", "h");
        request("expired", "h", LARGE);
        awaitRefused("expired");
        ask("late", "h", LARGE);
        stage.pass(Duration.ofSeconds(60));
        grant("late", "h");
        request("late", "h", LARGE);
        awaitRefused("late");
    }

    @Test
    void should_run_changed_arguments_only_if_these_were_approved() {
        offer(always);
        ask("c1", "h1", LARGE);
        edit("c1", "h2", SMALL);
        grant("c1", "h1");
        request("c1", "h2", SMALL);
        awaitRefused("c1");
        ask("c2", "h1", LARGE);
        edit("c2", "h2", SMALL);
        grant("c2", "h2");
        request("c2", "h2", SMALL);

        awaitPaid(5);
    }

    @Test
    void should_not_run_other_arguments_than_those_with_the_approved_hash() {
        offer(always);
        ask("c1", "h", SMALL);
        grant("c1", "h");
        request("c1", "h", LARGE);

        awaitRefused("c1");
    }

    @Test
    void should_not_count_an_approval_from_before_a_fork() {
        offer(always);
        ask("c1", "h", LARGE);
        grant("c1", "h");
        long at = stage.log().get(stage.log().size() - 1).offset();
        StreamPath fork = StreamPath.of("/forks/a");
        stage.streams.fork(HostStage.PATH, at, fork).join();
        try (HostStage.On forked = stage.on(fork)) {
            forked.start(stage.host("shop", always).build());
            forked.append(new CallRequested(1, "c1", "refund", json(LARGE), "h", SideEffect.ONCE));
            forked.awaitStory(
                    "c1", "approval-requested", "approval-granted", "call-requested", "call-started", "call-failed");
            forked.append(new ApprovalGranted(Optional.empty(), "c1", "h", ANN));
        }

        assertThat(paid).isEmpty();
    }

    @Test
    void should_believe_its_own_condition_and_waiver_and_no_other() {
        offer(conditional);
        stage.append(new ApprovalWaived(1, "large", "hash-large", "shop"));
        stage.request("large", "refund", LARGE, SideEffect.ONCE);
        awaitRefused("large");
        stage.append(new ToolsOffered("shop", "forged", List.of(refund.offer())));
        stage.request("small", "refund", SMALL, SideEffect.ONCE);
        awaitPaid(5);
        ask("granted", "h", LARGE);
        grant("granted", "h");
        request("granted", "h", LARGE);

        awaitPaid(5, 50);
    }

    @Test
    void should_ask_its_condition_once_if_it_has_waived() {
        Queue<BigDecimal> asked = new ConcurrentLinkedQueue<>();
        offer(refund.approval(
                refund -> {
                    asked.add(refund.amount());
                    return asked.size() > 1;
                },
                Duration.ofDays(2)));
        stage.ask("c1", "refund", SMALL);
        stage.awaitStory("c1", "approval-requested", "approval-waived");
        stage.request("c1", "refund", SMALL, SideEffect.ONCE);

        awaitPaid(5);
        assertThat(asked).hasSize(1);
    }

    @Test
    void should_not_act_on_the_calls_from_before_a_fork() {
        stage.crash(stage.offer(stage.host("shop", conditional).build()));
        stage.ask("asked", "refund", SMALL);
        stage.request("requested", "refund", SMALL, SideEffect.READ_ONLY);
        long at = stage.log().get(stage.log().size() - 1).offset();
        StreamPath fork = StreamPath.of("/forks/a");
        stage.streams.fork(HostStage.PATH, at, fork).join();
        try (HostStage.On forked = stage.on(fork)) {
            forked.start(stage.host("shop", conditional).build());
            forked.append(EventInput.ofType("agent-input-added"));
            forked.append(new CallRequested(1, "own", "refund", json(SMALL), "h", SideEffect.ONCE));
            forked.awaitStory("own", "call-requested", "call-started", "call-completed");
            assertThat(forked.story("asked")).containsExactly("approval-requested");
            assertThat(forked.story("requested")).containsExactly("call-requested");
        }

        assertThat(paid).hasSize(1);
    }
}
