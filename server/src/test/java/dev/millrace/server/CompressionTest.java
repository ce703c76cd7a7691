package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.engine.MemoryBudget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finite reads with gzip: long ones, failed ones, and readers that go away. */
@Timeout(60)
class CompressionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final MemoryBudget budget = MemoryBudget.of(8 << 20);
    private final Random random = new Random(20_261_202);

    private RunningServer server() {
        return new RunningServer(builder -> builder.memory(budget));
    }

    /** A stream that no coding makes small: 30 events of 400 kB. */
    private String noise(RunningServer millrace) {
        String stream = freshStream();
        byte[] bytes = new byte[300_000];
        for (int i = 0; i < 30; i++) {
            random.nextBytes(bytes);
            String text = Base64.getEncoder().encodeToString(bytes);
            assertThat(millrace.append(stream, "{\"type\":\"a\",\"payload\":{\"t\":\"" + text + "\"}}")
                            .status())
                    .isEqualTo(200);
        }
        return stream;
    }

    private static String request(String target, String more) {
        return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n" + more + "\r\n";
    }

    private void awaitRelease(RunningServer millrace) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(millrace.server.compressedReads()).isZero();
            assertThat(budget.reads().used()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/json", "application/x-ndjson"})
    void should_send_a_log_of_many_pages(String format) throws Exception {
        try (RunningServer millrace = server()) {
            String stream = noise(millrace);
            String target = api(stream) + "?beforeOffset=end";
            HttpResponse<InputStream> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(millrace.server.baseUri() + target))
                                    .header("Accept", format)
                                    .header("Accept-Encoding", "gzip")
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());

            assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
            try (InputStream in = new GZIPInputStream(answer.body())) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(millrace.get(target, "Accept", format).body());
            }
            awaitRelease(millrace);
        }
    }

    @Test
    void should_free_everything_when_its_reader_goes_away() throws IOException {
        try (RunningServer millrace = server()) {
            String target = api(noise(millrace)) + "?beforeOffset=end";
            for (int i = 0; i < 6; i++) {
                RawSocket socket = new RawSocket(millrace.server.baseUri());
                socket.send(request(target, "")).readUntil("\r\n\r\n");
                assertThat(millrace.server.compressedReads()).isPositive();
                if (i % 2 == 0) {
                    socket.reset();
                } else {
                    socket.close();
                }
            }
            awaitRelease(millrace);
        }
    }

    @Test
    void should_free_everything_when_the_server_stops() throws IOException {
        RunningServer millrace = server();
        String target = api(noise(millrace)) + "?beforeOffset=end";
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            socket.send(request(target, "")).readUntil("\r\n\r\n");

            millrace.close();

            awaitRelease(millrace);
        }
    }

    @Test
    void should_compress_only_reads_that_succeed() throws IOException {
        try (RunningServer millrace = server()) {
            String stream = freshStream();
            for (String target : new String[] {
                api(stream) + "?beforeOffset=nonsense", api(stream) + "?live=true&limit=1", stateOf(stream)
            }) {
                Answer answer = millrace.get(target, "Accept-Encoding", "gzip");
                assertThat(answer.header("Content-Encoding")).as(target).isEmpty();
                assertThat(answer.json().isObject()).as(target).isTrue();
            }
        }
    }

    @Test
    void should_send_a_small_answer_with_its_length() throws IOException {
        try (RunningServer millrace = server();
                RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            String answer = socket.send(request(api(freshStream()) + "?beforeOffset=end", "Connection: close\r\n"))
                    .readToTheEnd();

            byte[] body = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(answer).contains("Content-Encoding: gzip").contains("Content-Length: " + body.length);
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .contains("\"offset\":1");
            }
        }
    }
}
