package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of calls on a machine whose clock differs from the one of the service. */
class AgentClockTest {
    private static final Duration LIMIT = Duration.ofSeconds(30); // of the call, with its grace

    private final AgentLog log = new AgentLog();
    private final AgentProcessor agent = AgentProcessor.of(new FakeModel());
    private final List<EventDraft> appended = new ArrayList<>();
    private final List<Instant> alarms = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "PT-1H", "PT0S"})
    void should_give_a_call_its_time_however_the_local_clock_is_set(Duration localAhead) {
        requested();
        Instant arrival = newest().createdAt().plus(localAhead);

        live(arrival);

        assertThat(appended).isEmpty();
        assertThat(alarms).containsExactly(arrival.plus(LIMIT));
    }

    @Test
    void should_skip_a_call_at_once_that_was_requested_long_before_the_start() {
        requested();

        caughtUp(newest().createdAt().plus(Duration.ofMinutes(5)));

        assertThat(types()).containsExactly("tool-call-skipped");
    }

    @Test
    void should_wait_no_longer_than_the_limit_after_a_start_with_a_clock_that_is_late() {
        requested();
        Instant start = newest().createdAt().minus(Duration.ofHours(1));

        caughtUp(start);

        assertThat(appended).isEmpty();
        assertThat(alarms).containsExactly(start.plus(LIMIT));
    }

    @Test
    void should_go_on_as_before_after_a_sleep_of_the_machine() {
        requested();
        Instant asleep = newest().createdAt();
        live(asleep);
        log.add(new ToolEvent.CallStarted(requestId(), "a", "host")); // while the machine sleeps

        live(newest().createdAt().plus(Duration.ofHours(8)));

        assertThat(types()).containsExactly("tool-call-outcome-unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "PT-1H"})
    void should_wait_for_the_tools_of_a_host(Duration localAhead) {
        log.user("hi");
        Instant arrival = newest().createdAt().plus(localAhead);
        AgentProcessor waiting = AgentProcessor.builder(new FakeModel())
                .toolHosts(Set.of("other"))
                .build();

        waiting.afterAppend(log.state(), newest(), effects(arrival, false))
                .toCompletableFuture()
                .join();

        assertThat(alarms).containsExactly(arrival.plus(AgentDecision.LONGEST_WAIT_FOR_TOOLS));
    }

    @Test
    void should_let_an_approval_expire_by_the_clock_of_the_service() {
        called(ApprovalMode.ALWAYS);
        Instant service = newest().createdAt();

        live(service.plus(Duration.ofHours(3)));

        assertThat(appended).singleElement().satisfies(draft -> {
            Instant end =
                    Instant.parse(draft.input().payload().path("expiresAt").asText());
            assertThat(end).isEqualTo(service.plus(OfferedTool.DEFAULT_APPROVAL_TIMEOUT));
        });
    }

    private void requested() {
        called(ApprovalMode.NEVER);
        log.add(new ToolEvent.CallRequested(
                requestId(), "a", "tool", JsonCodec.parse("{}"), "hash", SideEffect.READ_ONLY));
    }

    private void called(ApprovalMode approval) {
        OfferedTool tool = new OfferedTool(
                "tool",
                Optional.empty(),
                JsonCodec.parse("{}"),
                Optional.of(SideEffect.READ_ONLY),
                Optional.of(Duration.ofSeconds(20)),
                Optional.of(approval),
                Optional.empty());
        log.add(new ToolEvent.ToolsOffered("host", "hash", List.of(tool)));
        log.user("hi");
        long request = log.start();
        log.call(request, 0, "a", "tool", "{}");
        log.complete(request);
    }

    private long requestId() {
        return log.state().closedThrough();
    }

    private Event newest() {
        return log.events().get(log.events().size() - 1);
    }

    private List<String> types() {
        return appended.stream().map(draft -> draft.input().type()).toList();
    }

    private void live(Instant now) {
        agent.afterAppend(log.state(), newest(), effects(now, false))
                .toCompletableFuture()
                .join();
    }

    private void caughtUp(Instant now) {
        agent.onCaughtUp(log.state(), effects(now, true)).toCompletableFuture().join();
    }

    @SuppressWarnings("unchecked") // a proxy has no type arguments
    private Effects<AgentState> effects(Instant now, boolean catchingUp) {
        return (Effects<AgentState>) Proxy.newProxyInstance(
                Effects.class.getClassLoader(),
                new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "append" -> {
                        appended.add((EventDraft) arguments[0]);
                        yield CompletableFuture.completedFuture(null);
                    }
                    case "at" -> {
                        alarms.add((Instant) arguments[0]);
                        yield null;
                    }
                    case "read" -> {
                        long after = ((ReadRange) arguments[0]).afterOffset();
                        yield CompletableFuture.completedFuture(log.events().stream()
                                .filter(event -> event.offset() == after + 1)
                                .toList());
                    }
                    case "lease", "running" -> Optional.empty();
                    case "current" -> log.state();
                    case "now" -> now;
                    case "delivery" -> new Delivery(log.head(), 0, catchingUp, 1);
                    default -> null;
                });
    }
}
