package dev.millrace.examples.hello;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.examples.hello.ChatEvent.UserSaid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Runs the chat processor on a stream in this JVM, says hello, and prints the log. */
public final class HelloWorld {
    private HelloWorld() {}

    /** Takes the text to say; {@code hello} by default. */
    public static void main(String... words) throws IOException {
        String text = words.length == 0 ? "hello" : String.join(" ", words);
        Llm echo = history -> CompletableFuture.completedFuture("You said " + history.get(history.size() - 1));
        Path directory = Files.createTempDirectory("progress");
        // region run
        try (StreamEngine engine =
                        StreamEngine.builder(new InMemoryEventStore()).start();
                ProgressStore.Durable progress = ProgressStore.inDirectory(directory)) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            try (var runner = ProcessorRunner.builder(streams, new ChatProcessor(echo)).stream("/agents/1")
                    .progress(progress) // after a crash, continue with the effects that did not end
                    .start()) {
                runner.awaitCaughtUp(Duration.ofSeconds(5));
                long offset =
                        streams.append("/agents/1", new UserSaid(text)).join().offset();
                runner.awaitProcessed(offset, Duration.ofSeconds(5));
                runner.awaitIdle(Duration.ofSeconds(5));
            }
            streams.read(StreamPath.of("/agents/1"), ReadRange.all())
                    .join()
                    .forEach(event ->
                            System.out.println(event.offset() + " " + event.type() + " " + event.payloadJson()));
        }
        // endregion
    }
}
