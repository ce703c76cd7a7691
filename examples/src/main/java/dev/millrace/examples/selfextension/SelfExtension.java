package dev.millrace.examples.selfextension;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent.ProcessorAttached;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An agent that extends itself, with three events: one attaches the agent, one adds a script that turns a code block in
 * an answer into a {@code dynamic-worker/configured} event, one asks the agent to learn something. From then on the
 * stream runs the code of the model in a sandbox, until a {@code millrace/dynamic-worker-removed} event is appended.
 * The first script may deploy others because its configuration has {@code mayControl}.
 */
public final class SelfExtension {
    private static final StreamPath PATH = StreamPath.of("/agents/learner");

    /** Deploys the code block of a finished message of the model. */
    private static final String DEPLOY_WHAT_IT_WRITES = """
            export default {
              async afterAppend({ append, event }) {
                const item = event.payload.item;
                if (event.type !== "llm-item-completed" || item.type !== "message") return;
                const code = /```js\\n([^]*?)```/.exec(item.text);
                if (code === null) return;
                await append({
                  type: "https://events.iterate.com/events/stream/dynamic-worker/configured",
                  payload: { slug: "learned", script: code[1] },
                });
                await append({ type: "script-deployed" });
              },
            };
            """;

    private SelfExtension() {}

    /** Prints the log as it grows. */
    public static void main(String... words) throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.assistant())) {
            List<Event> log = teach(
                    model.baseUrl(),
                    event -> System.out.println(event.offset() + " " + event.type() + " "
                            + shorten(event.payloadJson().toString())));
            System.out.println(
                    "The stream counts words now: " + log.get(log.size() - 1).payloadJson());
        }
    }

    /** Teaches an agent to count words and lets it count once; returns the log up to the count. */
    static List<Event> teach(String modelUrl, Consumer<Event> onEvent) throws Exception {
        List<ProcessorProvider> providers = ServiceLoader.load(ProcessorProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        try (StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(providers)
                .settings(Map.of("openai.base-url", modelUrl))
                .start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            Log log = new Log(onEvent);
            try (Subscription watching = streams.subscribe(PATH, 0, log)) {
                append(streams, EventInput.of(new ProcessorAttached("agent", Optional.empty(), Optional.empty())));
                append(streams, EventInput.of(deployer()));
                append(streams, EventInput.of(InputAdded.user("Please learn to count words.")));
                log.await("script-deployed");

                append(streams, EventInput.of(InputAdded.user("one two three")));
                log.await("words-counted");
            }
            return log.events();
        }
    }

    private static WorkerEvent.Configured deployer() {
        return new WorkerEvent.Configured(
                "deploy-what-it-writes",
                Optional.of(DEPLOY_WHAT_IT_WRITES),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(true));
    }

    private static void append(EventStreams streams, EventInput input) throws Exception {
        streams.append(PATH, input).get(10, TimeUnit.SECONDS);
    }

    private static String shorten(String text) {
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }

    /** The events so far, and the callers that wait for a type of event. */
    private static final class Log implements Subscriber {
        private final Consumer<Event> onEvent;
        private final List<Event> events = new CopyOnWriteArrayList<>();
        private final Map<String, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();

        Log(Consumer<Event> onEvent) {
            this.onEvent = onEvent;
        }

        @Override
        public void onEvent(Event event) {
            onEvent.accept(event);
            events.add(event);
            seen(event.type()).complete(null);
        }

        List<Event> events() {
            return List.copyOf(events);
        }

        void await(String type) throws Exception {
            seen(type).get(60, TimeUnit.SECONDS);
        }

        private CompletableFuture<Void> seen(String type) {
            return awaited.computeIfAbsent(type, key -> new CompletableFuture<>());
        }
    }
}
