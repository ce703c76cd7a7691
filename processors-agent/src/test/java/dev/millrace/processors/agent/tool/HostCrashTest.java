package dev.millrace.processors.agent.tool;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import dev.millrace.testkit.harness.StreamHarness;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two hosts with the same tools, whose processes crash at each step. */
class HostCrashTest {
    record Nothing() {}

    private final Queue<String> runs = new ConcurrentLinkedQueue<>();

    /** A host whose tools run on the thread of the harness. */
    private ToolHost host(String name) {
        return ToolHost.named(name)
                .timers(new VirtualTimers())
                .executor(Runnable::run)
                .tools(Stream.of(SideEffect.values())
                        .map(effect -> tool(effect).effect(effect))
                        .toList())
                .build();
    }

    private Tool<Nothing> tool(SideEffect effect) {
        return Tool.of(effect.name(), Nothing.class, (nothing, call) -> {
            runs.add(call.callId());
            return "done";
        });
    }

    private static CallRequested request(SideEffect effect) {
        return new CallRequested(1, effect.name(), effect.name(), HostStage.json("{}"), "h", effect);
    }

    @Test
    void should_end_each_call_and_run_none_twice_that_must_not() {
        boolean isLong = Boolean.getBoolean("millrace.long");
        StreamHarness.underSeeds(isLong ? 2_000 : 100, seed -> {
            runs.clear();
            ToolHost one = host("one");
            ToolHost two = host("two");
            try (StreamHarness harness =
                    StreamHarness.builder(one, two).seed(seed).start()) {
                harness.crashWhilePlaying(
                        (int) (seed % 40),
                        Stream.of(SideEffect.values())
                                .map(HostCrashTest::request)
                                .toArray());
                harness.crash();
                assertThat(harness).isIdle(one).isIdle(two);
                harness.refold();

                List<OfCall> log = harness.log().stream()
                        .map(event -> event.decodedBy(one.events()))
                        .map(Event::payload)
                        .filter(OfCall.class::isInstance)
                        .map(OfCall.class::cast)
                        .toList();
                for (SideEffect effect : SideEffect.values()) {
                    assertThat(log.stream()
                                    .filter(event -> event.callId().equals(effect.name()))
                                    .filter(event ->
                                            event instanceof CallCompleted || event instanceof CallOutcomeUnknown))
                            .as("ends of %s", effect)
                            .hasSize(1);
                }
                assertThat(runs.stream().filter(SideEffect.ONCE.name()::equals)).hasSizeLessThan(2);
                assertThat(harness.state(one).once().open()).isEmpty();
                assertThat(harness.state(two).repeatable().open()).isEmpty();
            }
        });
    }
}
