package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Appends of an agent that fail for good, on a stream where nothing else happens. */
@Timeout(60)
class RepeatedDecisionTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/a");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @AfterEach
    void stop() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llm-request-started", "tool-call-failed"})
    void should_go_on_by_itself_after_an_append_that_failed(String type) {
        FakeModel model = new FakeModel().calls("1", "unknown", "{}").says("sorry");
        AtomicInteger refusals = new AtomicInteger(2);
        try (var runner = start(model, type, refusals)) {
            runner.awaitCaughtUp(LIMIT);
            append(InputAdded.user("hi"));
            awaitCompleted(2);

            assertThat(refusals).hasValueLessThanOrEqualTo(0);
            assertThat(types()).containsOnlyOnce("millrace/effect-failed");
        }
    }

    /** The launched task fails before the decision that launched it has ended. */
    @Test
    void should_go_on_by_itself_after_a_task_that_failed_at_once() {
        FakeModel model = new FakeModel().says("hello");
        AtomicInteger refusals = new AtomicInteger(2);
        Executor atFirstInline = work -> {
            if (refusals.get() == 2) {
                work.run();
            } else {
                ProcessorRunner.sharedThreads().execute(work);
            }
        };
        try (var runner = builder(model, "llm-request-started", refusals)
                .executor(atFirstInline)
                .start()) {
            runner.awaitCaughtUp(LIMIT);
            append(InputAdded.user("hi"));
            awaitCompleted(1);

            assertThat(refusals).hasValueLessThanOrEqualTo(0);
        }
    }

    @Test
    void should_go_on_by_itself_after_an_append_at_the_end_of_a_wait_has_failed() {
        FakeModel model = new FakeModel().calls("1", "find", "{}").says("sorry");
        AtomicInteger refusals = new AtomicInteger(2);
        append(new ToolEvent.ToolsOffered(
                "host",
                "h",
                List.of(new OfferedTool(
                        "find",
                        Optional.empty(),
                        JsonCodec.parse("{}"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))));
        try (var runner = start(model, "tool-call-outcome-unknown", refusals)) {
            runner.awaitCaughtUp(LIMIT);
            append(InputAdded.user("hi"));
            await().atMost(LIMIT).until(() -> types().contains("tool-call-requested"));
            OpenCall call = runner.state().calls().open().values().iterator().next();
            append(new ToolEvent.CallStarted(call.requestId(), call.callId(), "host"));
            append(InputAdded.user("never mind")); // the host has two seconds to end the call
            awaitCompleted(2);

            assertThat(refusals).hasValueLessThanOrEqualTo(0);
            assertThat(types()).containsOnlyOnce("millrace/effect-failed");
        }
    }

    private ProcessorRunner<AgentState> start(FakeModel model, String refused, AtomicInteger refusals) {
        return builder(model, refused, refusals).start();
    }

    private ProcessorRunner.Builder<AgentState> builder(FakeModel model, String refused, AtomicInteger refusals) {
        return ProcessorRunner.builder(new Refusing(streams, refused, refusals), AgentProcessor.of(model)).stream(PATH)
                .withoutLease();
    }

    private void awaitCompleted(int count) {
        await().atMost(LIMIT)
                .until(() ->
                        types().stream().filter("llm-request-completed"::equals).count() == count);
    }

    private List<String> types() {
        return streams.read(PATH, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(Event::type)
                .toList();
    }

    private void append(Object payload) {
        streams.append(PATH, payload)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Streams that refuse the first events of a type, as a service does that does not know the token of the agent. */
    private record Refusing(EventStreams delegate, String type, AtomicInteger left) implements ForwardingEventStreams {
        @Override
        public EventStreams withoutRetries() {
            return this;
        }

        @Override
        public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
            return input.type().equals(type) && left.getAndDecrement() > 0
                    ? CompletableFuture.failedFuture(new StreamException(StreamException.Code.FORBIDDEN, "not now"))
                    : delegate.append(path, input);
        }
    }
}
