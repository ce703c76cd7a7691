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
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.Transcript;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ProviderDialect;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A stream in a real engine, a model server on a real socket, and agents on real runners. */
final class Stage implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final String KEY = "stage-secret-key-123";
    static final StreamPath PATH = StreamPath.of("/agents/a");
    private static final EventCatalog CATALOG = AgentEvent.catalog();

    final ScriptedModelServer model;
    final StreamEngine engine;
    final EventStreams streams;
    private final Timers timers;
    private final String baseUrl;
    private final Wire wire;
    private final List<ProcessorRunner<AgentState>> runners = new ArrayList<>();

    Stage(ModelScript script) {
        this(script, Timers.system());
    }

    /** With a model that is asked on this wire. */
    Stage(ModelScript script, Wire wire) {
        this(ScriptedModelServer.start(script), Optional.empty(), Timers.system(), wire);
    }

    /** With a model server of this kind that is asked on this wire. */
    Stage(ModelScript script, ProviderDialect dialect, Wire wire) {
        this(ScriptedModelServer.start(script, dialect), Optional.empty(), Timers.system(), wire);
    }

    /** With the clock of the test; the model has that of the system. */
    Stage(ModelScript script, Timers timers) {
        this(ScriptedModelServer.start(script), Optional.empty(), timers);
    }

    /** With a model server of this kind. */
    Stage(ModelScript script, ProviderDialect dialect) {
        this(ScriptedModelServer.start(script, dialect), Optional.empty(), Timers.system());
    }

    /** With the model at another address. */
    Stage(String baseUrl) {
        this(ScriptedModelServer.start(ModelScript.empty()), Optional.of(baseUrl), Timers.system());
    }

    private Stage(ScriptedModelServer model, Optional<String> baseUrl, Timers timers) {
        this(model, baseUrl, timers, Wire.RESPONSES);
    }

    private Stage(ScriptedModelServer model, Optional<String> baseUrl, Timers timers, Wire wire) {
        this.model = model;
        this.wire = wire;
        this.baseUrl = baseUrl.orElseGet(model::baseUrl);
        this.timers = timers;
        this.engine =
                StreamEngine.builder(new InMemoryEventStore()).timers(timers).start();
        this.streams = engine.streams(ProjectSlug.of("public"));
    }

    /** Starts an agent and waits until it holds the lease and has caught up; it acts on later events. */
    ProcessorRunner<AgentState> start() {
        return start(ProcessorRunner.builder(streams, agent()));
    }

    /** Starts an agent and waits until it has caught up; it acts on all events that are not acknowledged. */
    ProcessorRunner<AgentState> start(ProgressStore progress) {
        return start(ProcessorRunner.builder(streams, agent()).progress(progress));
    }

    /** Starts an agent that acts although another one may act, too. */
    ProcessorRunner<AgentState> startWithoutLease() {
        return start(ProcessorRunner.builder(streams, agent()).withoutLease());
    }

    /** Starts an agent that acts on all events again, as after a loss of its progress. */
    ProcessorRunner<AgentState> startFromTheBeginning() {
        return start(ProcessorRunner.builder(streams, agent()).withoutLease().effectsFrom(EffectStartPolicy.BEGINNING));
    }

    /** Starts an agent that waits until the other one has stopped. */
    ProcessorRunner<AgentState> startStandby() {
        return started(ProcessorRunner.builder(streams, agent()));
    }

    private ProcessorRunner<AgentState> start(ProcessorRunner.Builder<AgentState> builder) {
        ProcessorRunner<AgentState> runner = started(builder);
        await().atMost(LIMIT).until(() -> runner.status().phase() == RunnerStatus.Phase.LIVE);
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    private ProcessorRunner<AgentState> started(ProcessorRunner.Builder<AgentState> builder) {
        ProcessorRunner<AgentState> runner = builder.stream(PATH).timers(timers).start();
        runners.add(runner);
        return runner;
    }

    private AgentProcessor agent() {
        OpenAiModel asked = OpenAiModel.builder()
                .baseUrl(baseUrl)
                .apiKey(KEY)
                .model("m")
                .wire(wire)
                .build();
        return AgentProcessor.builder(asked).timers(timers).build();
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

    /** The texts of the model in the conversation. */
    List<String> texts() {
        return Transcript.of(events()).entries().stream()
                .map(Transcript.Entry::part)
                .filter(PromptPart.Output.class::isInstance)
                .flatMap(part -> ((PromptPart.Output) part).items().stream())
                .map(OutputItem::item)
                .filter(ModelItem.Message.class::isInstance)
                .map(item -> ((ModelItem.Message) item).text())
                .toList();
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
