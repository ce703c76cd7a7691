package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three requests turn a new stream into an agent; all readers see the same events. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class BlankStreamTest {
    private static final String STREAM = "/ann/agent";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void should_become_an_agent_with_three_requests_and_look_the_same_to_everybody(@TempDir Path data)
            throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.assistant());
                CommandProcess server = CommandProcess.start(
                        Map.of("OPENAI_BASE_URL", model.baseUrl()),
                        "serve",
                        "--port",
                        "0",
                        "--data",
                        data.toString())) {
            String url = server.awaitLine("http://127.0.0.1:").replaceFirst(".*(http://[0-9.:]+).*", "$1");

            post(url, "{\"type\":\"system-prompt-updated\",\"payload\":{\"systemPrompt\":\"Be brief.\"}}");
            post(url, "{\"type\":\"millrace/processor-attached\",\"payload\":{\"processor\":\"agent\"}}");
            post(
                    url,
                    "{\"type\":\"agent-input-added\",\"payload\":{\"role\":\"user\",\"content\":\"What is 50 - 8?\"}}");

            List<JsonNode> curl = tail(url + STREAM + "?live=true", "Accept", "*/*", "User-Agent", "curl/8.5.0");
            List<JsonNode> browser = tail(
                    url + "/api/streams" + STREAM,
                    "Accept",
                    "text/event-stream",
                    "User-Agent",
                    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                    "Accept-Language",
                    "en-US,en;q=0.5",
                    "Sec-Fetch-Site",
                    "same-origin",
                    "Sec-Fetch-Mode",
                    "cors",
                    "Cache-Control",
                    "no-cache");
            assertThat(browser).isEqualTo(curl);
            try (HttpEventStreams java =
                    HttpEventStreams.builder(URI.create(url)).build()) {
                assertThat(java.read(StreamPath.of(STREAM), ReadRange.all()).get(30, TimeUnit.SECONDS))
                        .extracting(event -> JsonCodec.parse(JsonCodec.write(JsonCodec.toTree(event))))
                        .isEqualTo(curl);
            }
            assertThat(curl.get(curl.size() - 2).at("/payload/item/text").textValue())
                    .isEqualTo("50 - 8 is 42.");
            assertThat(model.requests()).hasSize(1);
        }
    }

    private void post(String url, String event) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url + STREAM))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(event))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** The events of a live read, up to the end of the model's request. */
    private List<JsonNode> tail(String url, String... headers) throws Exception {
        HttpResponse<java.io.InputStream> answer = http.send(
                HttpRequest.newBuilder(URI.create(url)).headers(headers).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        List<JsonNode> events = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: ")) {
                    events.add(JsonCodec.parse(line.substring("data: ".length())));
                    if (line.contains("\"llm-request-completed\"")) {
                        return events;
                    }
                }
            }
        }
        throw new AssertionError("the live read ended before the answer was complete: " + events);
    }
}
