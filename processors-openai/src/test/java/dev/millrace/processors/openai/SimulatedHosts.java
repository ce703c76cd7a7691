package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.Event;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.OpenCall;
import dev.millrace.processors.agent.tool.ApprovalMode;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolCall;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalDenied;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolEvent.CallCancelled;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallEdited;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallSkipped;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.testkit.harness.StreamHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Two hosts whose tools overlap, with all classes of side effects and all kinds of approval; the people who approve; and
 * programs that append events about calls which they should not append. The code of the tools takes its time, fails, and
 * sometimes never ends.
 */
final class SimulatedHosts {
    /** The longest wait of a call without a decision, or whose host does nothing. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(4);

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration APPROVAL = Duration.ofMinutes(2);
    private static final By ANN = By.person("ann");

    record Query(int q) {}

    private final Random random;
    private final VirtualTimers clock;
    private final List<RestartedToolHost> hosts = new ArrayList<>();
    private final Map<String, Integer> runs = new HashMap<>();
    private final Map<String, Set<String>> hostsOfCalls = new HashMap<>();

    SimulatedHosts(VirtualTimers clock, Random random) {
        this.clock = clock;
        this.random = random;
        hosts.add(new RestartedToolHost(() -> alpha()));
        hosts.add(new RestartedToolHost(() -> beta()));
    }

    List<RestartedToolHost> hosts() {
        return hosts;
    }

    private ToolHost alpha() {
        return host("alpha")
                .tool(tool("alpha", "find").readOnly())
                .tool(tool("alpha", "pay").idempotent().approval(query -> isLarge(query), APPROVAL))
                .tool(tool("alpha", "mail").once().approval(APPROVAL))
                .tool(tool("alpha", "note").idempotent().parallel(2))
                .build();
    }

    /** Its offers are stricter for some tools, and more lenient for others. */
    private ToolHost beta() {
        return host("beta")
                .tool(tool("beta", "find").idempotent())
                .tool(tool("beta", "pay").once())
                .tool(tool("beta", "send").once())
                .tool(tool("beta", "note")
                        .approval(query -> isLarge(query), APPROVAL)
                        .readOnly())
                .build();
    }

    private ToolHost.Builder host(String name) {
        return ToolHost.named(name).timers(clock).executor(Runnable::run);
    }

    private Tool<Query> tool(String host, String name) {
        return Tool.of(name, Query.class, (query, call) -> run(host, call)).within(LIMIT);
    }

    private boolean isLarge(Query query) {
        if (random.nextInt(10) == 0) {
            throw new IllegalStateException("the condition failed");
        }
        return query.q() > 5;
    }

    private CompletableFuture<Object> run(String host, ToolCall call) {
        runs.merge(call.callId(), 1, Integer::sum);
        hostsOfCalls.computeIfAbsent(call.callId(), id -> new HashSet<>()).add(host);
        if (random.nextInt(4) == 0) {
            call.progress("begun");
        }
        CompletableFuture<Object> later = new CompletableFuture<>();
        switch (random.nextInt(8)) {
            case 0 -> throw new IllegalStateException("the tool failed");
            case 1 -> later.complete("at once");
            case 2 -> {
                // never ends
            }
            case 3 -> call.onCancel(() -> later.complete("cancelled"));
            default ->
                clock.after(Duration.ofMillis(random.nextInt(4_000)), () -> later.complete(Map.of("host", host)));
        }
        return later;
    }

    /** What a person does about a call; sometimes too late, twice, or for other arguments. */
    Optional<ToolEvent> decision(Map<String, OpenCall> open, boolean isSensible) {
        List<OpenCall> waiting = open.values().stream()
                .filter(call -> call.approval().isPresent())
                .toList();
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        OpenCall call = waiting.get(random.nextInt(waiting.size()));
        String hash = call.approval().orElseThrow().argumentsHash();
        Optional<Long> request = Optional.of(call.requestId());
        return Optional.of(
                switch (random.nextInt(isSensible ? 5 : 8)) {
                    case 0, 1, 2 -> new ApprovalGranted(request, call.callId(), hash, ANN);
                    case 3 -> new ApprovalDenied(request, call.callId(), hash, ANN, Optional.of("no"));
                    case 4 ->
                        new CallEdited(
                                request,
                                call.callId(),
                                JsonNodeFactory.instance.objectNode().put("q", random.nextInt(10)),
                                "edited" + random.nextInt(100),
                                ANN);
                    case 5 ->
                        new CallEdited(
                                Optional.empty(),
                                call.callId(),
                                JsonNodeFactory.instance.objectNode().put("q", "wrong"),
                                "wrong" + random.nextInt(100),
                                ANN);
                    case 6 -> new ApprovalGranted(request, call.callId(), "of other arguments", ANN);
                    default -> new ApprovalDenied(request, call.callId(), "of other arguments", ANN, Optional.empty());
                });
    }

    /** An event of a host that should be dead, or of a program that makes mistakes; it may append, but nothing more. */
    ToolEvent foreign(List<Event> log) {
        List<CallRequested> requested = log.stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()).payload())
                .filter(CallRequested.class::isInstance)
                .map(CallRequested.class::cast)
                .toList();
        int kind = random.nextInt(7);
        if (kind == 6 || requested.isEmpty()) {
            return ghost();
        }
        // Mostly one of the newest calls.
        int back = Math.min(requested.size(), 1 + random.nextInt(random.nextInt(4) == 0 ? 50 : 3));
        CallRequested call = requested.get(requested.size() - back);
        long request = random.nextInt(5) == 0 ? 1 : call.requestId();
        String id = call.callId();
        Optional<String> host = Optional.of(List.of("alpha", "beta", "gamma").get(random.nextInt(3)));
        return switch (kind) {
            case 0 -> new CallStarted(request, id, host.get());
            case 1 -> new CallCompleted(request, id, host, TextNode.valueOf("forged"));
            case 2 -> new CallFailed(request, id, host, TextNode.valueOf("forged"), "forged");
            case 3 -> new CallSkipped(request, id, host, "forged");
            case 4 -> new CallOutcomeUnknown(request, id, host, "forged");
            default -> new CallCancelled(request, id, host, "forged");
        };
    }

    /** Tools of a host that never runs anything. */
    private static ToolEvent ghost() {
        OfferedTool haunt = new OfferedTool(
                "haunt",
                Optional.empty(),
                JsonNodeFactory.instance.objectNode(),
                Optional.of(SideEffect.READ_ONLY),
                Optional.of(LIMIT),
                Optional.of(ApprovalMode.NEVER),
                Optional.empty());
        return new ToolsOffered("ghost", "ghost", List.of(haunt));
    }

    /** Whether the hosts have ended all that they know of. */
    boolean areSettled(StreamHarness harness) {
        return hosts.stream().allMatch(host -> {
            var state = harness.state(host);
            return state.once().open().isEmpty()
                    && state.repeatable().open().isEmpty()
                    && state.approvals().open().isEmpty();
        });
    }

    void judge(StreamHarness harness) {
        List<Event> log = harness.log().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .toList();
        Set<String> granted = new HashSet<>();
        Map<String, SideEffect> effects = new HashMap<>();
        for (Event event : log) {
            if (event.payload() instanceof ApprovalGranted grant) {
                granted.add(grant.callId() + " " + grant.argumentsHash());
            } else if (event.payload() instanceof CallRequested call) {
                assertThat(effects.put(call.callId(), call.effect()))
                        .as("an earlier request of %s", call)
                        .isNull();
                if (call.name().equals("mail")) {
                    assertThat(granted).as("grants").contains(call.callId() + " " + call.argumentsHash());
                }
            }
        }
        runs.forEach((call, count) -> assertThat(count)
                .as("runs of %s, which is %s", call, effects.get(call))
                .isLessThanOrEqualTo(effects.get(call) == SideEffect.ONCE ? 1 : 3));
        hostsOfCalls.forEach(
                (call, all) -> assertThat(all).as("hosts of %s", call).hasSize(1));
        assertThat(areSettled(harness)).as("hosts are settled").isTrue();
    }
}
