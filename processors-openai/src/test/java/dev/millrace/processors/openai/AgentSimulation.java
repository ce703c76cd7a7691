package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentEvent.RetryRequested;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.AgentStatus;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.scriptedmodel.ProviderDialect;
import dev.millrace.testkit.harness.StreamHarness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A simulation of one conversation, determined by a seed: one or two processes without a lease, which crash, lose the
 * network, and come back; two hosts of tools, which do the same, in three of four conversations; users who interrupt and
 * approve; callers who stop requests and append what they like; a model whose answers are cut, fail and arrive late. The
 * request bodies go through the rules of a strict server. Then the faults end, and the agent has to become idle with
 * everything answered and no call open.
 */
final class AgentSimulation {
    private static final Instant BEGIN =
            StreamHarness.of(AgentProcessor.of(OpenAiModel.builder().build())).now();
    private static final Duration STEP = Duration.ofMillis(100);

    /** The longest silence, five lost requests, and four tries of each with their waits; then some rounds of calls. */
    private static final Duration SETTLEMENT =
            Duration.ofMinutes(25).plus(SimulatedHosts.LONGEST_WAIT.multipliedBy(20));

    private final Random random;
    private final VirtualTimers clock = new VirtualTimers(BEGIN);
    private final SimulatedModel model;
    private final List<AgentProcessor> agents = new ArrayList<>();
    private final StreamHarness harness;
    private final ProviderDialect dialect;
    private final List<Wire> wires;
    private final SimulatedHosts tools;
    private final boolean hasTools;
    private AgentState state = AgentState.empty();
    private int seen;
    private int inputs;
    private boolean isDown;

    /** With a model whose wire is the first one; if there are several, callers change it. */
    AgentSimulation(long seed, ProviderDialect dialect, List<Wire> wires) {
        this.random = new Random(seed);
        this.dialect = dialect;
        this.wires = wires;
        this.model = new SimulatedModel(dialect, wires.get(0), clock, random);
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            agents.add(AgentProcessor.builder(model)
                    .timers(clock)
                    .random(random)
                    .executor(Runnable::run)
                    .build());
        }
        this.tools = new SimulatedHosts(clock, random);
        this.hasTools = random.nextInt(4) > 0;
        List<Processor<?>> processors = new ArrayList<>(agents);
        if (hasTools) {
            processors.addAll(tools.hosts());
        }
        this.harness = StreamHarness.builder(processors.toArray(Processor<?>[]::new))
                .seed(seed)
                .start();
    }

    void run() {
        try (harness) {
            for (int i = 10 + random.nextInt(25); i > 0; i--) {
                deed();
                pass(random.nextInt(10) == 0 ? random.nextInt(400) : random.nextInt(12));
            }
            calmDown();
            judge();
        }
    }

    private void deed() {
        if (wires.size() > 1 && random.nextInt(8) == 0) {
            Wire next = wires.get(random.nextInt(wires.size()));
            harness.play(LlmConfigUpdated.wire(next.wireName()));
        }
        if (hasTools && random.nextBoolean()) {
            deedWithTools();
            return;
        }
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> user();
            case 6 -> harness.play(InputAdded.as(random.nextBoolean() ? "developer" : "assistant", "note"));
            case 7 -> harness.play(new RetryRequested(Optional.empty()));
            case 8 -> harness.play(LlmConfigUpdated.model(random.nextBoolean() ? "m" : "other"));
            case 9, 10 -> harness.crash(anybody());
            case 11 -> harness.crashWhilePlaying(random.nextInt(30), InputAdded.user("input " + ++inputs));
            case 12 -> harness.kill(anybody());
            case 13 -> {
                harness.disconnect();
                isDown = true;
            }
            case 14, 15 -> comeUp();
            case 16 -> open().ifPresent(id -> harness.play(new RequestCancelled(id, "by hand", Optional.empty())));
            case 17 -> harness.play(foreign());
            default -> pass(random.nextInt(50));
        }
    }

    private void deedWithTools() {
        switch (random.nextInt(14)) {
            case 0, 1 -> crash(anyHost());
            case 2 -> harness.kill(anyHost());
            case 3 -> crashAll();
            case 4, 5 -> harness.play(tools.foreign(harness.log()));
            case 6 -> stop();
            case 7, 8 -> pass(random.nextInt(60));
            default -> decide(false);
        }
    }

    private RestartedToolHost anyHost() {
        return tools.hosts().get(random.nextInt(tools.hosts().size()));
    }

    private void crash(RestartedToolHost host) {
        host.forget();
        harness.crash(host);
    }

    private void crashAll() {
        tools.hosts().forEach(RestartedToolHost::forget);
        harness.crash();
    }

    private void decide(boolean isSensible) {
        tools.decision(folded().calls().open(), isSensible).ifPresent(harness::play);
    }

    /** Stops the agent, also in the middle of its calls. */
    private void stop() {
        long newest = folded().closedThrough();
        harness.play(new RequestCancelled(open().orElse(newest), "by hand", Optional.empty()));
    }

    private void user() {
        harness.play(InputAdded.user("input " + ++inputs));
    }

    private void comeUp() {
        if (isDown) {
            isDown = false;
            harness.reconnect();
        }
    }

    private AgentProcessor anybody() {
        return agents.get(random.nextInt(agents.size()));
    }

    private Optional<Long> open() {
        return folded().open().map(AgentState.OpenRequest::id);
    }

    /** An event of a process that should be dead, or of a program that makes mistakes. */
    private AgentEvent foreign() {
        long request = random.nextInt(3) > 0
                ? open().orElse(2L)
                : 1 + random.nextInt(1 + harness.log().size());
        return switch (random.nextInt(5)) {
            case 0 -> new ChunkAdded(request, random.nextInt(3), "text", "late ", 0, 0);
            case 1 -> new ItemCompleted(request, random.nextInt(3), new ModelItem.Message("late"), Optional.empty());
            case 2 -> new RequestLost(request, Optional.empty());
            case 3 ->
                new RequestStarted(
                        random.nextInt(50),
                        "m",
                        random.nextInt(4),
                        "foreign",
                        Optional.of("openai"),
                        Optional.of("http://simulated/v1"),
                        Optional.empty());
            default ->
                new RequestCompleted(
                        request,
                        Optional.empty(),
                        Optional.empty(),
                        "completed",
                        Optional.empty(),
                        Optional.empty(),
                        1,
                        Optional.empty());
        };
    }

    /** Lets time pass, this many tenths of a second. */
    private void pass(int steps) {
        for (int i = 0; i < steps; i++) {
            clock.advance(STEP);
            harness.advance(STEP);
        }
    }

    private void calmDown() {
        model.calmDown();
        comeUp();
        crashAll();
        user();
        boolean isDecided = random.nextBoolean();
        Instant end = clock.now().plus(SETTLEMENT);
        while (clock.now().isBefore(end) && !isSettled()) {
            if (isDecided) {
                decide(true);
            }
            pass(20);
        }
    }

    private boolean isSettled() {
        AgentState newest = folded();
        return !newest.status().working()
                && newest.calls().isEmpty()
                && agents.stream().allMatch(harness::isIdle)
                && (!hasTools || tools.areSettled(harness));
    }

    /** The state of an agent that knows the whole log; only the events since the last call are folded. */
    private AgentState folded() {
        List<Event> log = harness.log();
        for (Event event : log.subList(seen, log.size())) {
            state = agents.get(0).reduce(state, event.decodedBy(AgentEvent.catalog()));
        }
        seen = log.size();
        return state;
    }

    private void judge() {
        AgentState end = folded();
        assertThat(model.refused()).as("refused by %s on %s", dialect, wires).isEmpty();
        assertThat(end.status().reason())
                .as("%s at the end of %s", end, types())
                .isEqualTo(AgentStatus.ANSWERED);
        for (AgentProcessor agent : agents) {
            assertThat(harness.state(agent)).isEqualTo(end);
        }
        assertThat(end.calls().open()).as("open calls").isEmpty();
        if (hasTools) {
            tools.judge(harness);
        }
        assertThat(harness.log().stream()
                        .filter(event -> event.type().endsWith("effect-failed")
                                || event.type().endsWith("processor-halted")
                                || event.type().endsWith("payload-malformed"))
                        .map(event -> event.payloadJson().path("message").asText())
                        .filter(message -> !message.contains("the harness is disconnected")))
                .isEmpty();
    }

    private List<String> types() {
        return harness.log().stream()
                .map(event -> event.type().substring(event.type().lastIndexOf('/') + 1))
                .toList();
    }
}
