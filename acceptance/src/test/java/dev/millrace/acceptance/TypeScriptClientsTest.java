package dev.millrace.acceptance;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs in TypeScript (testing/npm/clients), one in the way of the talk and one in the way of the later generations. Their
 * client is generated from the OpenAPI document of the server that they use.
 */
@Timeout(180)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class TypeScriptClientsTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Path NPM = Path.of("../testing/npm").toAbsolutePath().normalize();
    private static final Path CLIENTS = NPM.resolve("clients");
    private static final Path GENERATOR = NPM.resolve("node_modules/openapi-typescript/bin/cli.js");
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    @TempDir
    private static Path data;

    private static PackagedServer server;

    @TempDir
    private Path directory;

    private final String stream = freshStream();
    private AtomicReference<URI> address;
    private CuttingProxy network;
    private Process program;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(Files.exists(GENERATOR), "needs 'npm ci --prefix testing/npm'");
        assumeTrue(hasNode(), "needs node");
        server = PackagedServer.on(data);
        run(GENERATOR, server.baseUri() + "/api/openapi.json", "-o", CLIENTS.resolve("target/openapi.d.mts"));
        run(NPM.resolve("node_modules/typescript/bin/tsc"), "-p", CLIENTS);
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void connect() throws IOException {
        address = new AtomicReference<>(server.baseUri());
        network = new CuttingProxy(address::get);
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
        if (program != null) {
            program.destroyForcibly();
        }
    }

    @Test
    void should_serve_a_program_of_the_talk_which_reads_history_and_then_follows() throws Exception {
        append("ping", "{}");
        append("ping", "{}");
        start("pong-agent");
        awaitLine("caught up at offset 3", 1);

        int third = append("ping", "{}");
        append("other", "{}");
        int fourth = append("ping", "{}");

        assertThat(awaitPayloads("pong", 2)).containsExactly(pong(third, 3), pong(fourth, 4));
        assertThat(program.isAlive()).isTrue();
    }

    @Test
    void should_serve_a_later_program_across_restarts_of_the_server_and_of_itself() throws Exception {
        order(10);
        order(20);
        start("order-agent");
        awaitTotals(total(2, 30));
        order(30);
        awaitTotals(total(2, 30), total(3, 60));

        server.restart();
        address.set(server.baseUri());
        order(40);
        awaitTotals(total(2, 30), total(3, 60), total(4, 100));
        server.killAndRestart();
        address.set(server.baseUri());
        order(50);
        awaitTotals(total(2, 30), total(3, 60), total(4, 100), total(5, 150));

        program.destroyForcibly().waitFor(BOUND.toSeconds(), TimeUnit.SECONDS);
        start("order-agent");
        awaitLine("found total-", 1); // under the same key, so it is not stored again
        order(60);
        awaitTotals(total(2, 30), total(3, 60), total(4, 100), total(5, 150), total(6, 210));
        assertThat(program.isAlive()).isTrue();
    }

    @Test
    void should_tell_a_later_program_that_its_stream_is_destroyed() throws Exception {
        order(10);
        order(20);
        start("order-agent");
        awaitTotals(total(2, 30));

        destroy();
        awaitLine("destroyed", 1);
        order(5);

        awaitTotals(total(1, 5));
    }

    @Test
    void should_tell_a_later_program_that_its_stream_was_destroyed_while_it_was_away() throws Exception {
        order(10);
        order(20);
        start("order-agent");
        awaitTotals(total(2, 30));

        disconnectProgram();
        destroy();
        address.set(server.baseUri());
        awaitLine("destroyed", 1);
        awaitLine("caught up at offset 1", 1); // it has created the stream again
        order(5);
        awaitTotals(total(1, 5));

        order(6);
        awaitTotals(total(1, 5), total(2, 11));
        disconnectProgram();
        destroy();
        order(7); // the stream exists, with fewer events than the program has seen
        address.set(server.baseUri());
        awaitTotals(total(1, 7));
        awaitLine("destroyed", 2);
        assertThat(program.isAlive()).isTrue();
    }

    private static void run(Path script, Object... args) throws Exception {
        List<String> command = new ArrayList<>(List.of("node", script.toString()));
        for (Object arg : args) {
            command.add(arg.toString());
        }
        Path output = data.resolve("build.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", command, Files.readString(output, UTF_8))
                .isZero();
    }

    private static boolean hasNode() throws InterruptedException {
        try {
            Process node = new ProcessBuilder("node", "--version")
                    .redirectErrorStream(true)
                    .start();
            return node.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS) && node.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private void start(String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "node", CLIENTS.resolve("target/" + name + ".mjs").toString())
                .redirectErrorStream(true)
                .redirectOutput(output().toFile());
        builder.environment().put("BASE_URL", network.uri().toString());
        builder.environment().put("STREAM_PATH", stream);
        program = builder.start();
    }

    private Path output() {
        return directory.resolve("output.log");
    }

    /** Waits until the program has printed so many lines that begin with this text. */
    private void awaitLine(String text, int count) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(20))
                .failFast("the program ended", () -> !program.isAlive())
                .untilAsserted(() -> assertThat(Files.readAllLines(output(), UTF_8))
                        .filteredOn(line -> line.startsWith(text))
                        .hasSizeGreaterThanOrEqualTo(count));
    }

    private void disconnectProgram() {
        address.set(NOWHERE);
        network.cut();
    }

    private void destroy() {
        assertThat(server.send("DELETE", api(stream), "").status()).isEqualTo(200);
    }

    private void order(int amount) {
        append("order-placed", "{\"amount\":" + amount + "}");
    }

    /** Appends an event, not through the proxy, and returns its offset. */
    private int append(String type, String payload) {
        Answer answer = server.append(stream, "{\"type\":\"" + type + "\",\"payload\":" + payload + "}");
        assertThat(answer.status()).isEqualTo(200);
        return answer.event().path("offset").intValue();
    }

    private static JsonNode pong(int to, int pings) {
        return JsonNodeFactory.instance.objectNode().put("to", to).put("pings", pings);
    }

    private static JsonNode total(int orders, int amount) {
        return JsonNodeFactory.instance.objectNode().put("orders", orders).put("amount", amount);
    }

    private void awaitTotals(JsonNode... totals) throws IOException {
        assertThat(awaitPayloads("total-changed", totals.length)).containsExactly(totals);
    }

    /** The payloads of all events of a type, when there are so many. */
    private List<JsonNode> awaitPayloads(String type, int count) throws IOException {
        try {
            await().atMost(BOUND)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> payloads(type).size() >= count);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(Files.readString(output(), UTF_8), e);
        }
        return payloads(type);
    }

    private List<JsonNode> payloads(String type) {
        return server.history(stream).events().stream()
                .filter(event -> event.path("type").asText().equals(type))
                .map(event -> event.path("payload"))
                .toList();
    }
}
