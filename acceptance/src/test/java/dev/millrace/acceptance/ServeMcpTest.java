package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The reference MCP server as a program of {@code millrace serve}. */
@Timeout(180)
class ServeMcpTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final Path PROGRAM = Path.of(
                    "../testing/npm/node_modules/@modelcontextprotocol/server-everything/dist/index.js")
            .toAbsolutePath()
            .normalize();

    @TempDir
    Path directory;

    @Test
    void should_offer_the_tools_of_a_program_leave_no_process_behind_and_say_when_it_is_gone() throws Exception {
        assumeTrue(Files.exists(PROGRAM) && runsNode(), "needs 'npm ci --prefix testing/npm' and node");
        try (CommandProcess serve = serve(
                "{\"mcpServers\": {\"every\": {\"command\": \"node\", \"args\": [\"${PROGRAM}\", \"stdio\"]}}}")) {
            List<ProcessHandle> programs;
            try (HttpEventStreams streams = streams(serve)) {
                EventInput attached = EventInput.of(new StreamEvent.ProcessorAttached(
                        "mcp", Optional.of(JsonCodec.parse("{\"servers\": [\"every\"]}")), Optional.empty()));
                streams.append(PATH, attached)
                        .orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS)
                        .join();
                awaitEvent(streams, "tools-offered", "every_echo");
                programs = serve.descendants();
            }

            assertThat(serve.terminate()).isEqualTo(143);

            assertThat(programs).hasSize(1).noneMatch(ProcessHandle::isAlive);
            assertThat(serve.err())
                    .filteredOn(line -> !line.contains("goes on without the tools of")) // a busy machine starts it late
                    .isEmpty();
        }
        try (CommandProcess again = serve("{\"mcpServers\": {}}");
                HttpEventStreams streams = streams(again)) {
            awaitEvent(streams, "error-occurred", "no MCP server is named [every]; this server knows []");
        }
    }

    /** Starts a server with this file of MCP servers, on the same data each time. */
    private CommandProcess serve(String file) throws IOException {
        return CommandProcess.start(
                Map.of("PROGRAM", PROGRAM.toString()),
                "serve",
                "--port",
                "0",
                "--max-readers",
                "1000",
                "--data",
                directory.resolve("data").toString(),
                "--mcp",
                Files.writeString(directory.resolve("mcp.json"), file).toString());
    }

    private static HttpEventStreams streams(CommandProcess serve) {
        String line = serve.awaitLine("listening on http");
        return HttpEventStreams.builder(URI.create(line.replaceFirst(".*(http://[0-9.:]+).*", "$1")))
                .build();
    }

    /** Waits for an event whose type ends in this way, with this text in its payload. */
    private static void awaitEvent(HttpEventStreams streams, String type, String text) {
        await().atMost(BOUND)
                .until(() ->
                        streams
                                .read(PATH, ReadRange.all())
                                .orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS)
                                .join()
                                .stream()
                                .filter(event -> event.type().endsWith(type))
                                .map(Event::payloadJson)
                                .anyMatch(payload -> payload.toString().contains(text)));
    }

    private static boolean runsNode() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("node", "--version")
                    .redirectErrorStream(true)
                    .start();
            return process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }
}
