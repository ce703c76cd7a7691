package dev.millrace.acceptance;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolCall;
import dev.millrace.processors.openai.OpenAiModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A process that runs an agent with tools, one of each class and one that needs an approval, on each stream below one.
 * Each run of a tool adds a line to a file with the name of the tool, and then takes some time: the id of its call, or
 * the item if it needs an approval.
 */
final class ToolProcess {
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final long WORK_MILLIS = 300;

    private ToolProcess() {}

    record Work(String item) {}

    /** Runs until its input ends. Arguments: base URL of the service, top stream, base URL of the model, directory. */
    public static void main(String... arguments) throws IOException {
        Path directory = Path.of(arguments[3]);
        Agent agent = Agent.named("worker")
                .model(OpenAiModel.builder().baseUrl(arguments[2]).model("m").build())
                .tool(Tool.of("look", Work.class, (work, call) -> run(directory.resolve("look"), call))
                        .readOnly())
                .tool(Tool.of("store", Work.class, (work, call) -> run(directory.resolve("store"), call))
                        .idempotent())
                .tool(Tool.of("pay", Work.class, (work, call) -> run(directory.resolve("pay"), call))
                        .once())
                .tool(Tool.of("refund", Work.class, (work, call) -> run(directory.resolve("refund"), work.item()))
                        .approval())
                .build();
        try (HttpEventStreams streams =
                        HttpEventStreams.builder(URI.create(arguments[0])).build();
                Agents agents = Agents.on(streams)
                        .serve(arguments[1], agent)
                        .exclusive(LEASE)
                        .start()) {
            agents.awaitReady(Duration.ofMinutes(1));
            System.out.println("ready");
            int end = System.in.read();
            System.exit(end == -1 ? 0 : end);
        }
    }

    private static CompletionStage<String> run(Path marks, ToolCall call) {
        return run(marks, call.callId());
    }

    private static CompletionStage<String> run(Path marks, String mark) {
        try {
            Files.writeString(
                    marks, mark + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.DSYNC);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return CompletableFuture.supplyAsync(
                () -> "done", CompletableFuture.delayedExecutor(WORK_MILLIS, TimeUnit.MILLISECONDS));
    }
}
