package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.app.AgentFailure;
import dev.millrace.processors.agent.app.Approval;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A call waits for an approval while everything is restarted twice, the last time with newer code, within a day. */
@Timeout(120)
class ApprovalRestartTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final StreamPath PATH = StreamPath.of("/shop/4711");
    private static final By ANN = By.person("ann");

    /** The arguments of the first version. */
    record Refund(String id, BigDecimal amount) {}

    /** The arguments of the next version, which still reads those of the first one. */
    record RefundWithReason(String id, BigDecimal amount, Optional<String> reason) {}

    private final VirtualTimers clock = new VirtualTimers(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<String> refunds = new CopyOnWriteArrayList<>();
    private final ScriptedModelServer model = ScriptedModelServer.start(ModelScript.of(
            ModelReply.call("1", "refund", "{\"id\":\"17\",\"amount\":12.5}"), ModelReply.text("Done.")));

    @TempDir
    private Path directory;

    private Optional<Run> run = Optional.empty();

    @AfterEach
    void stop() {
        run.ifPresent(Run::close);
        model.close();
    }

    @Test
    void should_run_once_when_it_is_approved_after_two_restarts_with_newer_code() {
        waitForADay();

        talk().approve(approval(), ANN);

        assertThat(result()).isEqualTo("refunded");
        assertThat(refunds).containsExactly("new 17 12.5");
        start(newTool());
        assertThat(refunds).hasSize(1);
    }

    @Test
    void should_not_run_with_arguments_that_were_changed_after_the_approval_was_read() {
        waitForADay();
        Approval read = approval();
        Approval changed = talk().edit(read, JsonCodec.parse(arguments("99")), By.person("eve"));

        assertThatThrownBy(() -> talk().approve(read, ANN))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo("not-waiting"));
        append(grant(read)); // by a caller that does not look
        pass(Duration.ofMinutes(5));
        assertThat(refunds).isEmpty();
        assertThat(changed.summary()).isEqualTo("refund " + arguments("99"));
        assertThat(approval()).isEqualTo(changed);
        assertThat(approval().arguments()).hasToString(arguments("99"));

        talk().deny(changed, ANN, "too much");
        assertThat(result()).contains("eve changed the arguments", "ann denied it: too much");
        assertThat(refunds).isEmpty();
    }

    @Test
    void should_tell_the_model_when_there_is_no_decision_in_time() {
        waitForADay();
        Approval late = approval();

        pass(Duration.ofHours(25));

        assertThat(result()).isEqualTo("The call was not executed: it was not approved in time.");
        append(grant(late));
        pass(Duration.ofMinutes(5));
        assertThat(refunds).isEmpty();
    }

    /** Asks, restarts everything after 12 hours with the same code, and after 12 more hours with newer code. */
    private void waitForADay() {
        start(oldTool());
        talk().say("Refund order 17, please").awaitPause(LIMIT).close();
        assertThat(approval().arguments()).hasToString(arguments("12.5"));
        for (Tool<?> tool : List.of(oldTool(), newTool())) {
            pass(Duration.ofHours(6));
            close();
            pass(Duration.ofHours(6));
            start(tool);
        }
        assertThat(refunds).isEmpty();
        assertThat(model.requests()).hasSize(1);
    }

    private Tool<?> oldTool() {
        return approved(Tool.of("refund", Refund.class, refund -> refunded("old", refund.id(), refund.amount())));
    }

    private Tool<?> newTool() {
        return approved(
                Tool.of("refund", RefundWithReason.class, refund -> refunded("new", refund.id(), refund.amount())));
    }

    private static Tool<?> approved(Tool<?> tool) {
        return tool.approval(Duration.ofDays(2));
    }

    private String refunded(String version, String id, BigDecimal amount) {
        refunds.add(version + " " + id + " " + amount);
        return "refunded";
    }

    private static String arguments(String amount) {
        return "{\"id\":\"17\",\"amount\":" + amount + "}";
    }

    private void start(Tool<?> tool) {
        close();
        run = Optional.of(new Run(tool));
        run.get().awaitCaughtUp();
    }

    private void close() {
        run.ifPresent(Run::close);
        run = Optional.empty();
    }

    private void pass(Duration time) {
        for (long minutes = 0; minutes < time.toMinutes(); minutes += 5) {
            clock.advance(Duration.ofMinutes(5));
        }
    }

    private Conversation talk() {
        return Conversation.at(run.orElseThrow().streams, PATH);
    }

    private void append(ApprovalGranted grant) {
        run.orElseThrow().streams.append(PATH.value(), grant).join();
    }

    private static ApprovalGranted grant(Approval approval) {
        return new ApprovalGranted(Optional.of(approval.requestId()), approval.callId(), approval.argumentsHash(), ANN);
    }

    private Approval approval() {
        List<Approval> open = talk().approvals();
        assertThat(open).hasSize(1);
        return open.get(0);
    }

    /** The result of the call in the second request of the model. */
    private String result() {
        await().atMost(LIMIT).until(() -> model.requests().size() == 2);
        ModelRequest request = model.requests().get(1);
        assertThat(request.problem()).isEmpty();
        JsonNode input = request.body().path("input");
        return input.path(input.size() - 1).path("output").asText();
    }

    /** One life of everything but the disk. */
    private final class Run implements AutoCloseable {
        private final StreamEngine engine = StreamEngine.builder(SqliteEventStore.open(directory.resolve("store")))
                .timers(clock)
                .start();
        private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
        private final List<ProcessorRunner<?>> runners = new ArrayList<>();

        Run(Tool<?> tool) {
            OpenAiModel asked =
                    OpenAiModel.builder().baseUrl(model.baseUrl()).model("m").build();
            add(ToolHost.named("shop").tool(tool).timers(clock).build());
            add(AgentProcessor.builder(asked)
                    .timers(clock)
                    .toolHosts(Set.of("shop"))
                    .build());
        }

        private <S> void add(Processor<S> processor) {
            runners.add(ProcessorRunner.builder(streams, processor).stream(PATH)
                    .withoutLease()
                    .timers(clock)
                    .start());
        }

        void awaitCaughtUp() {
            runners.forEach(runner -> runner.awaitCaughtUp(LIMIT));
        }

        @Override
        public void close() {
            runners.forEach(runner -> runner.stop(Duration.ZERO));
            engine.close();
        }
    }
}
