package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A stream in a real engine, a model server on a real socket, and agents on real runners. */
final class Stage implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final String KEY = "stage-secret-key-123";
    static final StreamPath PATH = StreamPath.of("/agents/a");

    final ScriptedModelServer model;
    final StreamEngine engine = StreamEngine.builder(new InMemoryEventStore()).start();
    final EventStreams streams = engine.streams(ProjectSlug.of("public"));
    private final List<ProcessorRunner<AgentState>> runners = new ArrayList<>();

    Stage(ModelScript script) {
        this.model = ScriptedModelServer.start(script);
    }

    AnthropicModel anthropic() {
        return AnthropicModel.builder()
                .baseUrl(model.baseUrl())
                .apiKey(KEY)
                .model("m")
                .build();
    }

    /** Starts an agent and waits until it has caught up; it acts on later events. */
    ProcessorRunner<AgentState> start() {
        return start(anthropic());
    }

    ProcessorRunner<AgentState> start(Model asked) {
        ProcessorRunner<AgentState> runner = ProcessorRunner.builder(streams, AgentProcessor.of(asked)).stream(PATH)
                .start();
        runners.add(runner);
        await().atMost(LIMIT).until(() -> runner.status().phase() == RunnerStatus.Phase.LIVE);
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    long append(AgentEvent event) {
        return streams.append(PATH.value(), event)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .offset();
    }

    /** Appends a message and waits until the agent is idle. */
    void ask(ProcessorRunner<AgentState> runner, String text) {
        runner.awaitProcessed(append(InputAdded.user(text)), LIMIT);
        runner.awaitIdle(LIMIT);
    }

    List<Event> events() {
        return streams.read(PATH, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .toList();
    }

    <T> List<T> all(Class<T> type) {
        return events().stream()
                .map(Event::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    <T> T only(Class<T> type) {
        List<T> found = all(type);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    /** The types of all events; repeated types are listed once. */
    List<String> types() {
        List<String> types = new ArrayList<>();
        for (Event event : events()) {
            String type = event.type().substring(event.type().lastIndexOf('/') + 1);
            if (types.isEmpty() || !types.get(types.size() - 1).equals(type)) {
                types.add(type);
            }
        }
        return types;
    }

    /** The text of all chunks. */
    String text() {
        return all(AgentEvent.ChunkAdded.class).stream()
                .map(AgentEvent.ChunkAdded::text)
                .collect(Collectors.joining());
    }

    ModelRequest lastRequest() {
        return model.requests().get(model.requests().size() - 1);
    }

    /** Asserts that no effect failed and the log has no key. */
    void assertWhole() {
        assertThat(types()).doesNotContain("effect-failed", "processor-halted", "payload-malformed");
        for (Event event : events()) {
            assertThat(JsonCodec.writeText(JsonCodec.toTree(event))).doesNotContain(KEY);
        }
    }

    @Override
    public void close() {
        runners.forEach(runner -> runner.stop(Duration.ofSeconds(2)));
        engine.close();
        model.close();
    }
}
