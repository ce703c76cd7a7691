package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace mcp}, with a real server that requires tokens; one test drives it with the client of the official SDK. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // set before all tests
class McpCommandTest {
    private static final Path NPM = Path.of("../testing/npm").toAbsolutePath().normalize();
    private static final Path SDK = NPM.resolve("node_modules/@modelcontextprotocol/sdk/package.json");
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}\n"
            + "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";

    private static ScriptedModelServer model;
    private static LocalService service;
    private static String writer;
    private static String reader;

    @TempDir
    static Path directory;

    @BeforeAll
    static void serve() {
        writer = token("read,append");
        reader = token("read");
        model = ScriptedModelServer.start(ModelScript.assistant());
        service = LocalService.start(
                new DataDirectoryOptions.Opened(
                        new InMemoryEventStore(),
                        Optional.of(AccessTokens.in(directory, Timers.system())),
                        Vault.inMemory(Timers.system())),
                Map.of("openai.base-url", model.baseUrl().toString()),
                LocalService.Listening.locally(0, false));
        append("/ann", new StreamEvent.ProcessorAttached("agent", Optional.empty(), Optional.empty()));
    }

    private static String token(String operations) {
        Screen screen = Screen.pipe();
        assertThat(screen.run("token", "create", "--data", directory.toString(), "--allow", operations))
                .isZero();
        return screen.out().strip();
    }

    private static void append(String path, Object event) {
        service.streams().blocking(Duration.ofSeconds(60)).append(path, event);
    }

    @AfterAll
    static void stop() {
        service.close();
        model.close();
    }

    /** A session for the client of the SDK: an own process of the command. */
    private static ObjectNode session(String token, String... calls) {
        ObjectNode session = JsonNodeFactory.instance.objectNode();
        List<String> command = command();
        session.put("command", command.get(0));
        ArrayNode args = session.putArray("args");
        command.subList(1, command.size()).forEach(args::add);
        session.putObject("env")
                .put("MILLRACE_TOKEN", token)
                .put("MILLRACE_URL", service.uri().toString());
        ArrayNode all = session.putArray("calls");
        for (String call : calls) {
            String[] parts = call.split(" ", 2);
            all.addObject().put("name", parts[0]).set("arguments", JsonCodec.parse(parts[1].replace('\'', '"')));
        }
        return session;
    }

    private static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.millrace.cli.Millrace",
                "mcp",
                "/ann");
    }

    private static JsonNode runInNode(JsonNode sessions) throws IOException, InterruptedException {
        Path in = Files.writeString(directory.resolve("in.json"), sessions.toString(), UTF_8);
        Path out = directory.resolve("out.json");
        Process node = new ProcessBuilder("node", NPM.resolve("mcp-client.mjs").toString())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(node.waitFor(90, TimeUnit.SECONDS)).isTrue();
        return JsonCodec.parse(Files.readString(out, UTF_8));
    }

    private static boolean hasNode() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("node", "--version")
                    .redirectErrorStream(true)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    /** For example {@code error: text} for each result. */
    private static List<String> texts(JsonNode session) {
        List<String> texts = new ArrayList<>();
        for (JsonNode result : session.path("results")) {
            texts.add((result.path("isError").asBoolean() ? "error: " : "")
                    + result.path("content").path(0).path("text").asText(result.toString()));
        }
        return texts;
    }

    @Test
    void should_serve_the_client_of_the_official_sdk() throws Exception {
        assumeTrue(Files.exists(SDK), "needs 'npm ci --prefix testing/npm'");
        assumeTrue(hasNode(), "needs node");
        ArrayNode sessions = JsonNodeFactory.instance.arrayNode();
        sessions.add(session(
                writer,
                "append {'path': '/ann/notes', 'type': 'note-added', 'payload': {'text': 'buy milk'}, 'key': 'n1'}",
                "append {'path': '/ann/notes', 'type': 'note-added', 'payload': {'text': 'buy milk'}, 'key': 'n1'}",
                "read {'path': '/ann/notes', 'newestFirst': true, 'limit': 1}",
                "say {'message': 'What is 6 * 7?'}",
                "state {'processor': 'agent'}",
                "append {'path': '/bob', 'type': 'note-added'}",
                "read {'limit': 'all'}",
                "append {'type': 'https://events.iterate.com/events/stream/paused'}"));
        sessions.add(session(
                reader,
                "read {'limit': 1}",
                "append {'type': 'x'}",
                "say {'message': 'hi'}",
                "read {'path': '/ann/none'}"));

        JsonNode answers = runInNode(sessions);

        JsonNode first = answers.get(0);
        assertThat(first.at("/server/name").asText()).isEqualTo("millrace");
        assertThat(StreamSupport.stream(first.path("tools").spliterator(), false)
                        .map(tool -> tool.path("name").asText()))
                .containsExactlyInAnyOrder("read", "append", "say", "state");
        List<String> texts = texts(first);
        assertThat(texts.get(0)).startsWith("Appended note-added at offset 2 of /ann/notes, at 20");
        assertThat(texts.get(1))
                .isEqualTo("Nothing was appended: the key is already stored at offset 2 of /ann/notes.");
        assertThat(texts.get(2))
                .startsWith(
                        "{\"type\":\"note-added\",\"payload\":{\"text\":\"buy milk\"},\"idempotencyKey\":\"n1\",\"offset\":2,")
                .contains("1 event of /ann/notes, offsets 2 to 2. There are more: read again with beforeOffset 2");
        assertThat(texts.get(3)).isEqualTo("6 * 7 is 42.");
        assertThat(texts.get(4)).startsWith("{");
        assertThat(texts.get(5)).startsWith("error: BAD_REQUEST: path /bob is outside of /ann");
        assertThat(texts.get(6)).startsWith("error: BAD_REQUEST: limit must be a whole number, 1 to 1000, got \"all\"");
        assertThat(texts.get(7)).startsWith("error: FORBIDDEN: ").contains("control", "a token that may not do this");

        List<String> refusals = texts(answers.get(1));
        assertThat(refusals.get(0)).startsWith("{").contains("1 event of /ann, offsets 1 to 1. There are more");
        assertThat(refusals.get(1)).startsWith("error: FORBIDDEN: ").contains("'append'");
        assertThat(refusals.get(2)).startsWith("error: FORBIDDEN: ").contains("'append'");
        assertThat(refusals.get(3))
                .startsWith("error: STREAM_NOT_FOUND: read failed: /ann/none; there is no such stream");
        assertThat(answers).allSatisfy(session -> {
            assertThat(session.path("problems")).isEmpty();
            assertThat(session.path("stderr").asText()).isEmpty();
        });
    }

    /** The result of a call; the command ends with the input. */
    private static JsonNode call(String url, String token, String tool, String arguments) {
        String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"arguments\":" + arguments + "}}\n";
        Screen pipe = Screen.pipe(INITIALIZE + request);
        assertThat(pipe.run("mcp", "/ann", "--url", url, "--token", token)).isZero();
        assertThat(pipe.err()).isEmpty();
        assertThat(pipe.out()).hasLineCount(2);
        return JsonCodec.parse(pipe.out().lines().skip(1).findFirst().orElseThrow())
                .path("result");
    }

    @Test
    void should_answer_all_that_came_before_the_end_of_the_input_without_changing_it() {
        String control = "\u009b31m\u007f \uD83D\uDE00";
        append(
                "/ann/odd",
                EventInput.builder()
                        .type("odd")
                        .payload(JsonNodeFactory.instance.objectNode().put("text", control))
                        .build());

        JsonNode result = call(service.uri().toString(), writer, "read", "{\"path\":\"/ann/odd\",\"afterOffset\":1}");

        assertThat(result.at("/content/0/text").asText()).contains("\"text\":\"" + control + "\"");
    }

    @Test
    void should_say_that_the_service_is_not_there() {
        JsonNode result = call("http://127.0.0.1:1", writer, "state", "{}");

        assertThat(result.path("isError").asBoolean()).isTrue();
        assertThat(result.at("/content/0/text").asText())
                .startsWith("UNAVAILABLE: ")
                .contains("http://127.0.0.1:1", "whether the service runs at that address");
    }

    @Test
    void should_say_that_the_token_is_unknown() {
        JsonNode result = call(service.uri().toString(), "wrong", "state", "{}");

        assertThat(result.path("isError").asBoolean()).isTrue();
        assertThat(result.at("/content/0/text").asText())
                .startsWith("FORBIDDEN: ")
                .contains("the token is unknown");
    }

    @Test
    void should_end_with_2_when_called_wrongly() {
        assertThat(Screen.pipe().run("mcp")).isEqualTo(2);
        assertThat(Screen.pipe().run("mcp", "/Ann")).isEqualTo(2);
        assertThat(Screen.pipe().run("mcp", "/ann", "--url", "nowhere")).isEqualTo(2);
    }

    @Test
    void should_end_quickly_on_a_signal() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command());
        builder.environment().put("MILLRACE_TOKEN", writer);
        builder.environment().put("MILLRACE_URL", service.uri().toString());
        Path err = directory.resolve("err.txt");
        Process process = builder.redirectError(err.toFile()).start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            process.getOutputStream().write(INITIALIZE.getBytes(UTF_8));
            process.getOutputStream().flush();
            assertThat(JsonCodec.parse(out.readLine())
                            .at("/result/serverInfo/name")
                            .asText())
                    .isEqualTo("millrace");

            process.toHandle().destroy(); // SIGTERM; the streams stay open

            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(out.readLine()).isNull();
            assertThat(Files.readString(err)).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }
}
