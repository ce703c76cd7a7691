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
    void should_offer_the_tools_of_a_program_and_leave_no_process_behind() throws Exception {
        assumeTrue(Files.exists(PROGRAM) && runsNode(), "needs 'npm ci --prefix testing/npm' and node");
        Path file = Files.writeString(
                directory.resolve("mcp.json"),
                "{\"mcpServers\": {\"every\": {\"command\": \"node\", \"args\": [\"${PROGRAM}\", \"stdio\"]}}}");
        Map<String, String> environment = Map.of("PROGRAM", PROGRAM.toString());
        try (CommandProcess serve = CommandProcess.start(
                environment,
                "serve",
                "--port",
                "0",
                "--in-memory",
                "--max-readers",
                "1000",
                "--mcp",
                file.toString())) {
            String line = serve.awaitLine("listening on http");
            URI address = URI.create(line.replaceFirst(".*(http://[0-9.:]+).*", "$1"));
            List<ProcessHandle> programs;
            try (HttpEventStreams streams = HttpEventStreams.builder(address).build()) {
                EventInput attached = EventInput.of(new StreamEvent.ProcessorAttached(
                        "mcp", Optional.of(JsonCodec.parse("{\"servers\": [\"every\"]}")), Optional.empty()));
                streams.append(PATH, attached)
                        .orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS)
                        .join();
                await().atMost(BOUND).until(() -> offers(streams).contains("every_echo"));
                programs = serve.descendants();
            }

            assertThat(serve.terminate()).isEqualTo(143);

            assertThat(programs).hasSize(1).noneMatch(ProcessHandle::isAlive);
            assertThat(serve.err()).isEmpty();
        }
    }

    private static String offers(HttpEventStreams streams) {
        return streams.read(PATH, ReadRange.all()).orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join().stream()
                .filter(event -> event.type().equals("tools-offered"))
                .map(Event::payloadJson)
                .toList()
                .toString();
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
