package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tokens in each end of a request, and what follows a lost one: an agent on a real engine with a fake model. */
@Timeout(60)
class AgentEndsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/a");
    private static final String EIGHT = "12345678";

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final FakeModel model = new FakeModel();

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void should_estimate_the_tokens_of_an_interrupted_request() {
        model.then(AgentEndsTest::speak).says("ok");
        ProcessorRunner<AgentState> runner = start();
        append(EIGHT);
        await().atMost(LIMIT).until(() -> !all(ChunkAdded.class).isEmpty());
        runner.awaitProcessed(append("stop"), LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(only(RequestCancelled.class).usage()).contains(Usage.estimated(8, 8));
        assertThat(model.cancels).hasValue(1);
        assertThat(runner.state().usage().requests()).isEqualTo(2);
        runner.close();
    }

    @Test
    void should_estimate_the_tokens_of_a_lost_request_and_go_on_with_words_of_the_user() {
        model.then(AgentEndsTest::speak).says("ok");
        ProcessorRunner<AgentState> doomed = start();
        append(EIGHT);
        await().atMost(LIMIT).until(() -> !all(ChunkAdded.class).isEmpty());
        doomed.stop(Duration.ofMillis(100));
        ProcessorRunner<AgentState> next = start();
        next.awaitIdle(LIMIT);

        assertThat(only(RequestLost.class).usage()).contains(Usage.estimated(8, 8));
        List<PromptPart> parts = model.prompts.get(1).parts();
        assertThat(parts).hasSize(3);
        assertThat(parts.get(2)).isInstanceOfSatisfying(PromptPart.Input.class, input -> {
            assertThat(input.role()).isEqualTo("user");
            assertThat(input.content().asText()).isEqualTo(Transcript.CONTINUE);
        });
        assertThat(only(RequestCompleted.class).usage())
                .hasValueSatisfying(usage -> assertThat(usage.estimated()).isTrue());
        next.close();
    }

    @Test
    void should_estimate_the_tokens_of_a_request_that_failed_in_the_middle() {
        model.then(sink -> {
            speak(sink);
            sink.end(ModelFailure.of(FailureKind.TRUNCATED, "cut"));
        });
        ask(EIGHT);

        assertThat(only(RequestFailed.class).usage()).contains(Usage.estimated(8, 8));
    }

    @Test
    void should_not_count_the_prompt_of_a_refused_request() {
        model.fails(ModelFailure.of(FailureKind.QUOTA, "pay").with(Optional.empty(), OptionalInt.of(429)));
        ask(EIGHT);

        assertThat(only(RequestFailed.class).usage()).contains(Usage.estimated(0, 0));
    }

    @Test
    void should_prefer_what_the_provider_told_about_a_failed_request() {
        model.fails(ModelFailure.of(FailureKind.CONTEXT_LENGTH, "long").withUsage(Optional.of(Usage.of(70, 3))));
        ask(EIGHT);

        assertThat(only(RequestFailed.class).usage()).contains(Usage.of(70, 3));
    }

    private static void speak(ModelSink sink) {
        sink.delta(new ModelSink.Delta(0, "text", EIGHT, 1));
    }

    private void ask(String text) {
        ProcessorRunner<AgentState> runner = start();
        runner.awaitProcessed(append(text), LIMIT);
        runner.awaitIdle(LIMIT);
        runner.close();
    }

    private ProcessorRunner<AgentState> start() {
        ProcessorRunner<AgentState> runner = ProcessorRunner.builder(streams, AgentProcessor.of(model)).stream(PATH)
                .start();
        await().atMost(LIMIT).until(() -> runner.status().phase() == RunnerStatus.Phase.LIVE);
        return runner;
    }

    private long append(String text) {
        return streams.append(PATH.value(), InputAdded.user(text))
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .offset();
    }

    private <T> T only(Class<T> type) {
        assertThat(all(type)).hasSize(1);
        return all(type).get(0);
    }

    private <T> List<T> all(Class<T> type) {
        return streams.read(PATH, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .map(Event::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
