package dev.millrace.acceptance;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.SubtreeRunner;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.openai.OpenAiModel;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** A process that runs an agent on each stream below one, with the lease that an agent takes by default. */
final class AgentProcess {
    private AgentProcess() {}

    /**
     * Runs until the parent process closes its input. Arguments: base URL of the service, top stream, base URL of the
     * model. It saves no progress, because an agent decides from its state when it has caught up.
     */
    public static void main(String... arguments) throws IOException {
        AgentProcessor agent = AgentProcessor.of(
                OpenAiModel.builder().baseUrl(arguments[2]).model("m").build());
        try (HttpEventStreams streams =
                        HttpEventStreams.builder(URI.create(arguments[0])).build();
                SubtreeRunner<AgentState> runner = ProcessorRunner.builder(streams, agent).stream(arguments[1])
                        .subtree()
                        .start()) {
            System.out.println("ready");
            int end = System.in.read();
            runner.stop(Duration.ofSeconds(5));
            System.exit(end == -1 ? 0 : end);
        }
    }
}
