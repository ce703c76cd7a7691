package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Agents of the JavaScript world, bundled with their libraries, run as deployed scripts. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class DeployedBundleTest {
    private static final Path NPM = Path.of("../testing/npm").toAbsolutePath().normalize();
    private static final String ANSWER = "Forty-two, as always.";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"openai,plain", "openai,minify", "tanstack,plain", "tanstack,minify"})
    void should_run_a_bundled_agent(String agent, String form) throws Exception {
        Path bundle = bundle(agent, form);
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.of(ModelReply.text(ANSWER)));
                CommandProcess serve = CommandProcess.start(
                        "serve",
                        "--port",
                        "0",
                        "--data",
                        directory.resolve("data").toString(),
                        "--allow-egress",
                        URI.create(model.baseUrl()).getAuthority(),
                        "--set",
                        "script.heap-mib=128",
                        "--set",
                        "script.effect-cpu-ms=60000")) {
            String url = serve.awaitLine("listening on http").replaceFirst(".*(http://[0-9.:]+).*", "$1");
            try (CommandProcess deploy = CommandProcess.start(
                    "deploy",
                    "--url",
                    url,
                    "--file",
                    bundle.toString(),
                    "--env",
                    "OPENAI_BASE_URL=" + model.baseUrl(),
                    "--event-json",
                    "{\"type\": \"asked\", \"payload\": {\"question\": \"What is 6 * 7?\"}}",
                    "/bundled")) {
                assertThat(deploy.exitCode())
                        .as("%s %s", deploy.out(), deploy.err())
                        .isZero();
            }

            assertThat(firstOf(url, "answered", "millrace/effect-failed", "millrace/processor-halted"))
                    .contains("\"type\":\"answered\"", ANSWER);
            assertThat(model.requests()).hasSize(1);
        }
    }

    private Path bundle(String agent, String form) throws Exception {
        assumeTrue(
                Files.exists(NPM.resolve("node_modules/esbuild/package.json"))
                        && Files.exists(NPM.resolve("node_modules/@tanstack/ai-openai/package.json")),
                "needs 'npm ci --prefix testing/npm'");
        Path bundle = directory.resolve(agent + ".js");
        try {
            Process node = new ProcessBuilder(
                            "node",
                            NPM.resolve("bundle.mjs").toString(),
                            NPM.resolve("agents/" + agent + ".mjs").toString(),
                            bundle.toString(),
                            form)
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(node.waitFor()).as(printed).isZero();
        } catch (IOException notThere) {
            assumeTrue(false, "needs node: " + notThere.getMessage());
        }
        return bundle;
    }

    /** The data of the first event that has one of these types. */
    private String firstOf(String url, String... types) throws Exception {
        HttpResponse<InputStream> answer = http.send(
                HttpRequest.newBuilder(URI.create(url + "/api/streams/bundled?types=" + String.join(",", types)))
                        .header("Accept", "text/event-stream")
                        .header("Last-Event-ID", "0")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    return line;
                }
            }
        }
        throw new AssertionError("the read ended; status " + answer.statusCode());
    }
}
