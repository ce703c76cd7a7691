package dev.millrace.cli.internal.demo;

import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.tool.Description;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.processors.agent.tool.ToolHostState;
import java.io.File;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The tools of the demo's agent: one that only reads, and one that changes something and so needs an approval. */
final class DemoTools {
    static final StreamPath NOTES = StreamPath.of("/demo/notes");

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final double GIGABYTE = 1e9;

    /** The arguments of {@code disk_space}. */
    record DiskSpace() {}

    /** The arguments of {@code take_note}. */
    record TakeNote(@Description("what to remember") String text) {}

    /** A note, on a stream of its own. */
    @EventName("note-taken")
    record NoteTaken(String text) {}

    private DemoTools() {}

    /** The streams are asked for only by a call: the schemas take time, in which the server starts. */
    static ToolHost host(CompletableFuture<EventStreams> streams) {
        return ToolHost.named("demo")
                .tool(Tool.of("disk_space", DiskSpace.class, nothing -> diskSpace())
                        .description("Tells how much space is free on the disk of this machine.")
                        .readOnly())
                .tool(Tool.of("take_note", TakeNote.class, (note, call) -> take(streams, note, call.idempotencyKey()))
                        .description("Takes a note: stores a text that the user wants to keep.")
                        .idempotent()
                        .approval())
                .build();
    }

    /** Offers the tools on the stream of the agent, and runs its calls until it is closed. */
    static ProcessorRunner<ToolHostState> run(ToolHost host, EventStreams streams) {
        ProcessorRunner<ToolHostState> runner = ProcessorRunner.builder(streams, host).stream(DemoAgent.PATH)
                .withoutLease() // no other process can open the data
                .start();
        runner.awaitCaughtUp(LIMIT);
        runner.awaitIdle(LIMIT); // the offer is stored before the first message
        return runner;
    }

    private static String diskSpace() {
        File here = new File("").getAbsoluteFile();
        return String.format(
                Locale.ROOT,
                "%.1f GB of %.1f GB are free.",
                here.getUsableSpace() / GIGABYTE,
                here.getTotalSpace() / GIGABYTE);
    }

    /** A second run with the same key stores nothing. */
    private static CompletionStage<String> take(CompletableFuture<EventStreams> streams, TakeNote note, String key) {
        EventInput taken = EventInput.builder()
                .from(EventInput.of(new NoteTaken(note.text())))
                .idempotencyKey(key)
                .build();
        return streams.thenCompose(open -> open.append(NOTES, taken))
                .thenApply(stored -> "The note is event " + stored.offset() + " of the stream " + NOTES + ".");
    }
}
