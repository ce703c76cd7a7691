package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A request whose background task failed: no process sends it, and the log shows the failure. */
class AgentOrphanTest {
    private final AgentLog log = new AgentLog();
    private final AgentProcessor agent = AgentProcessor.of(new FakeModel());
    private final List<EventDraft> appended = new ArrayList<>();
    private final List<String> cancelled = new ArrayList<>();
    private boolean isReplying;

    @Test
    void should_declare_a_request_lost_when_its_task_failed_under_a_lease() {
        log.user("hi");
        long request = log.start();

        failed(Optional.of(new Fence(AgentProcessor.SLUG, StreamPath.of("/agents/a"), 1)));

        assertThat(appended).singleElement().satisfies(draft -> {
            assertThat(draft.input().type()).isEqualTo("llm-request-lost");
            assertThat(JsonCodec.fromTree(draft.input().payload(), RequestLost.class)
                            .requestId())
                    .isEqualTo(request);
        });
    }

    @Test
    void should_wait_for_the_silence_without_a_lease() {
        log.user("hi");
        log.start();

        failed(Optional.empty());

        assertThat(appended).isEmpty();
    }

    @Test
    void should_not_stop_the_running_request_for_a_foreign_start_that_it_has_superseded() {
        isReplying = true;
        long asked = log.user("hi");
        log.start(); // no event of the test log has a provenance, so this start is foreign
        AgentState before = log.state();
        Event foreign = log.events().get(log.events().size() - 1);
        log.add(new AgentEvent.RequestStarted(
                asked, "m", 1, "ours", Optional.empty(), Optional.empty(), Optional.empty()));

        agent.afterAppend(before, foreign, effects(Optional.empty()))
                .toCompletableFuture()
                .getNow(null);
        assertThat(cancelled).isEmpty();

        Event newest = log.events().get(log.events().size() - 1);
        agent.afterAppend(log.state(), newest, effects(Optional.empty()))
                .toCompletableFuture()
                .getNow(null);
        assertThat(cancelled).containsExactly("reply");
    }

    private void failed(Optional<Fence> lease) {
        log.add("millrace/effect-failed", JsonCodec.parse("{\"processor\":\"agent\"}"));
        Event event = log.events().get(log.events().size() - 1);
        agent.afterAppend(log.state(), event, effects(lease))
                .toCompletableFuture()
                .getNow(null);
    }

    /** A running background task that notes its cancel. */
    private Object task() {
        return Proxy.newProxyInstance(
                BackgroundTask.class.getClassLoader(),
                new Class<?>[] {BackgroundTask.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("cancel")) {
                        cancelled.add("reply");
                    }
                    return method.getName().equals("because") ? new CausingOffset(1) : null;
                });
    }

    @SuppressWarnings("unchecked") // a proxy has no type arguments
    private Effects<AgentState> effects(Optional<Fence> lease) {
        Instant now = log.events().get(log.events().size() - 1).createdAt();
        return (Effects<AgentState>) Proxy.newProxyInstance(
                Effects.class.getClassLoader(),
                new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "append" -> {
                        appended.add(EventDraft.of(arguments[0]));
                        yield new CompletableFuture<Void>();
                    }
                    case "lease" -> lease;
                    case "running" ->
                        isReplying && "reply".equals(arguments[0]) ? Optional.of(task()) : Optional.empty();
                    case "current" -> log.state();
                    case "now" -> now;
                    case "delivery" -> new Delivery(log.head(), 0, false, 1);
                    default -> null;
                });
    }
}
