package dev.millrace.examples.agent;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Asks an agent a question and prints its log. With {@code OPENAI_API_KEY} the agent calls that provider; without it, a
 * scripted model with the same protocol.
 */
public final class AgentExample {
    private AgentExample() {}

    /** Takes the question. */
    public static void main(String... words) {
        String question = words.length == 0 ? "What is 50 - 8?" : String.join(" ", words);
        Map<String, String> environment = System.getenv();
        String key = environment.getOrDefault("OPENAI_API_KEY", "");
        try (ScriptedModelServer scripted = ScriptedModelServer.start(ModelScript.assistant())) {
            OpenAiModel.Builder model = OpenAiModel.builder().apiKey(key);
            if (!environment.getOrDefault("OPENAI_BASE_URL", "").isEmpty()) {
                model.baseUrl(environment.getOrDefault("OPENAI_BASE_URL", ""));
            } else if (key.isEmpty()) {
                System.out.println("No OPENAI_API_KEY: a scripted model answers.");
                model.baseUrl(scripted.baseUrl());
            }
            ask(model.build(), question)
                    .forEach(event ->
                            System.out.println(event.offset() + " " + event.type() + " " + event.payloadJson()));
        }
    }

    /** The log of an agent that was asked one question. */
    static List<Event> ask(OpenAiModel model, String question) {
        // region ask
        AgentProcessor agent = AgentProcessor.of(model);
        StreamPath path = StreamPath.of("/agents/ann");
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            try (var runner =
                    ProcessorRunner.builder(streams, agent).stream(path).start()) {
                runner.awaitCaughtUp(Duration.ofSeconds(5));
                long asked = streams.append(path.value(), AgentEvent.InputAdded.user(question))
                        .join()
                        .offset();
                runner.awaitProcessed(asked, Duration.ofSeconds(5));
                runner.awaitIdle(Duration.ofMinutes(2));
            }
            return streams.read(path, ReadRange.all()).join();
        }
        // endregion
    }
}
