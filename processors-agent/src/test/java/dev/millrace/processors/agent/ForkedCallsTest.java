package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.model.PromptPart.ToolResult;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream that was forked while a call was open: the call is the original's, and the fork goes on without it. */
@Timeout(60)
class ForkedCallsTest {
    record Nothing() {}

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath ORIGINAL = StreamPath.of("/agents/a");
    private static final StreamPath FORK = StreamPath.of("/forks/a");

    private final VirtualTimers timers = new VirtualTimers();
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).timers(timers).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final FakeModel model = new FakeModel();
    private final AtomicInteger runs = new AtomicInteger();
    private final Tool<Nothing> tool =
            Tool.of("work", Nothing.class, nothing -> runs.incrementAndGet()).within(Duration.ofSeconds(20));
    private final List<ProcessorRunner<?>> runners = new ArrayList<>();

    @AfterEach
    void stop() {
        runners.forEach(runner -> runner.stop(Duration.ofMillis(100)));
        engine.close();
    }

    @Test
    void should_skip_a_call_that_was_requested_before_the_fork() {
        fork(false);

        assertThat(resultInFork()).startsWith("The call was not executed: no host has started it within PT30S");
    }

    @Test
    void should_not_know_the_outcome_of_a_call_that_was_started_before_the_fork() {
        fork(true);

        assertThat(resultInFork())
                .startsWith("The outcome of the call is unknown")
                .endsWith("its host has not ended it within PT30S");
    }

    /** An agent asks for a call, no host of this process runs it, and the stream is forked. */
    private void fork(boolean isStarted) {
        ProcessorRunner<?> offering = start(ORIGINAL, host());
        append(ORIGINAL, InputAdded.as("system", "hi"));
        await().atMost(LIMIT).until(() -> count(ORIGINAL, ToolEvent.ToolsOffered.class) == 1);
        offering.stop(Duration.ZERO);
        model.calls("c1", "work", "{}").says("done");
        start(ORIGINAL, agent());
        append(ORIGINAL, InputAdded.user("work"));
        await().atMost(LIMIT).until(() -> count(ORIGINAL, CallRequested.class) == 1);
        if (isStarted) {
            append(ORIGINAL, new CallStarted(0, "c1", "tools"));
        }
        List<Event> log = log(ORIGINAL);
        streams.fork(ORIGINAL, log.get(log.size() - 1).offset(), FORK).join();
        runners.forEach(runner -> runner.stop(Duration.ofMillis(100)));
        ProcessorRunner<?> hosting = start(FORK, host());
        start(FORK, agent());
        append(FORK, InputAdded.as("system", "a note"));
        hosting.awaitIdle(LIMIT);
    }

    /** What the model reads about the call in the fork, after its time limit. */
    private String resultInFork() {
        timers.advanceWhen(engine::isIdle, Duration.ofSeconds(30));
        await().atMost(LIMIT).until(() -> count(FORK, RequestCompleted.class) == 2);
        assertThat(runs).hasValue(0);
        return model.prompts.get(1).parts().stream()
                .filter(ToolResult.class::isInstance)
                .map(part -> ((ToolResult) part).text())
                .findFirst()
                .orElseThrow();
    }

    private AgentProcessor agent() {
        return AgentProcessor.builder(model).timers(timers).build();
    }

    private ToolHost host() {
        return ToolHost.named("tools").timers(timers).tool(tool).build();
    }

    private ProcessorRunner<?> start(StreamPath path, Processor<?> processor) {
        ProcessorRunner<?> runner = ProcessorRunner.builder(streams, processor).stream(path)
                .withoutLease()
                .timers(timers)
                .start();
        runners.add(runner);
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    private void append(StreamPath path, Object payload) {
        streams.append(path.value(), payload)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private List<Event> log(StreamPath path) {
        return streams.read(path, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .toList();
    }

    private long count(StreamPath path, Class<?> type) {
        return log(path).stream().map(Event::payload).filter(type::isInstance).count();
    }
}
