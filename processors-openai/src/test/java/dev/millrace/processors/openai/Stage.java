package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.openai.AgentEvent.InputAdded;
import dev.millrace.processors.openai.AgentEvent.RequestCancelled;
import dev.millrace.processors.openai.AgentEvent.RequestCompleted;
import dev.millrace.processors.openai.AgentEvent.RequestFailed;
import dev.millrace.processors.openai.AgentEvent.RequestLost;
import dev.millrace.processors.openai.AgentEvent.RequestStarted;
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
    private static final EventCatalog CATALOG = EventCatalog.of(AgentEvent.class);

    final ScriptedModelServer model;
    final StreamEngine engine = StreamEngine.builder(new InMemoryEventStore()).start();
    final EventStreams streams = engine.streams(ProjectSlug.of("public"));
    private final String baseUrl;
    private final List<ProcessorRunner<AgentState>> runners = new ArrayList<>();

    Stage(ModelScript script) {
        this.model = ScriptedModelServer.start(script);
        this.baseUrl = model.baseUrl();
    }

    /** With the model at another address. */
    Stage(String baseUrl) {
        this.model = ScriptedModelServer.start(ModelScript.empty());
        this.baseUrl = baseUrl;
    }

    /** Starts an agent and waits until it has caught up; it acts on later events. */
    ProcessorRunner<AgentState> start() {
        return start(ProcessorRunner.builder(streams, agent()));
    }

    /** Starts an agent and waits until it has caught up; it acts on all events that are not acknowledged. */
    ProcessorRunner<AgentState> start(ProgressStore progress) {
        return start(ProcessorRunner.builder(streams, agent()).progress(progress));
    }

    private ProcessorRunner<AgentState> start(ProcessorRunner.Builder<AgentState> builder) {
        ProcessorRunner<AgentState> runner = builder.stream(PATH).start();
        runners.add(runner);
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    private OpenAiAgent agent() {
        return OpenAiAgent.builder().baseUrl(baseUrl).apiKey(KEY).model("m").build();
    }

    long append(AgentEvent event) {
        return streams.append(PATH.value(), event)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .offset();
    }

    long user(String text) {
        return append(InputAdded.user(text));
    }

    /** Appends a message and waits until the agent is idle. */
    void ask(ProcessorRunner<AgentState> runner, String text) {
        runner.awaitProcessed(user(text), LIMIT);
        runner.awaitIdle(LIMIT);
    }

    /** Waits until the model stops in the middle of a reply and the log has this text. */
    void awaitHeld(String said) {
        await().atMost(LIMIT).until(() -> model.held() == 1 && text().endsWith(said));
    }

    List<Event> events() {
        return streams.read(PATH, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(CATALOG))
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

    /** Asserts that each started request has ended exactly once, no effect failed, and the log has no key. */
    void assertWhole() {
        assertThat(ends()).doesNotHaveDuplicates();
        assertWholeAfterRaces();
    }

    /** Like {@link #assertWhole}, but a request may have a second end, which is ignored. */
    void assertWholeAfterRaces() {
        List<Long> started = events().stream()
                .filter(event -> event.payload() instanceof RequestStarted)
                .map(Event::offset)
                .toList();
        assertThat(ends().stream().distinct())
                .as("ends of %s in %s", started, types())
                .containsExactlyElementsOf(started);
        assertThat(types()).doesNotContain("effect-failed", "processor-halted", "payload-malformed");
        for (Event event : events()) {
            assertThat(JsonCodec.writeText(JsonCodec.toTree(event))).doesNotContain(KEY);
        }
    }

    private List<Long> ends() {
        return events().stream()
                .map(Event::payload)
                .map(Stage::endedRequest)
                .filter(id -> id > 0)
                .sorted()
                .toList();
    }

    private static long endedRequest(Object payload) {
        if (payload instanceof RequestCompleted completed) {
            return completed.requestId();
        }
        if (payload instanceof RequestFailed failed) {
            return failed.requestId();
        }
        if (payload instanceof RequestCancelled cancelled) {
            return cancelled.requestId();
        }
        return payload instanceof RequestLost lost ? lost.requestId() : 0;
    }

    @Override
    public void close() {
        runners.forEach(runner -> runner.stop(Duration.ofSeconds(2)));
        engine.close();
        model.close();
    }
}
