package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.ServiceClient;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A type whose provider allows it may have 4 MiB; all others have 1 MiB, over every way of appending. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
@Timeout(180)
class LargeTypeTest {
    private static final int MIB = 1 << 20;

    private final String stream = freshStream();
    private RunningServer millrace;

    @BeforeAll
    void start() {
        millrace = new RunningServer(
                StreamEngine.builder(new InMemoryEventStore())
                        .processors(List.of(new CodeProvider()))
                        .start(),
                builder -> builder);
    }

    @AfterAll
    void stop() throws Exception {
        millrace.close();
    }

    private static String event(String type, String first, int size) {
        String start = "{\"type\":\"" + type + "\",\"payload\":{\"source\":\"" + first;
        return start + "x".repeat(size - start.length() - 3) + "\"}}";
    }

    private static String large(int size) {
        return event("code-kept", "", size);
    }

    private Answer send(String contentType, String body) {
        return millrace.send("POST", api(stream), body, "Content-Type", contentType);
    }

    private static void assertStored(Answer answer, int size) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).hasSizeGreaterThan(size);
    }

    private static void assertTooLarge(Answer answer, String... words) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains(words);
    }

    @Test
    void should_store_a_large_event_of_that_type_only() {
        assertStored(millrace.append(stream, large(CodeProvider.MOST)), CodeProvider.MOST);
        assertTooLarge(millrace.append(stream, large(CodeProvider.MOST + 1)), "at most 4194304 bytes are allowed");
        assertTooLarge(
                millrace.append(stream, event("said", "", 2 * MIB)),
                "the event is too large: at most 1048576 bytes are allowed, 2097152 bytes were sent");
        assertStored(millrace.append(stream, "{\"event\":" + large(2 * MIB) + "}"), 2 * MIB);
    }

    @Test
    void should_refuse_a_large_event_that_is_not_valid() {
        String fresh = freshStream();

        assertTooLarge(
                millrace.append(fresh, event("code-kept", "{", 2 * MIB)),
                "the event is not valid: payload.source: line 1: {; with 2097152 bytes it is too large to be kept");
        assertThat(millrace.types(fresh)).containsExactly("initialized"); // the read creates the stream
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-ndjson", "application/yaml"})
    void should_judge_each_event_of_a_batch_by_its_type(String contentType) {
        boolean isJson = contentType.endsWith("/json");
        String open = isJson ? "[" : "";
        String next = isJson ? "," : contentType.endsWith("yaml") ? "\n---\n" : "\n";
        String close = isJson ? "]" : "";
        String small = "{\"type\":\"said\"}";

        assertStored(send(contentType, open + small + next + large(2 * MIB) + close), 2 * MIB);
        assertTooLarge(
                send(contentType, open + small + next + event("said", "", 2 * MIB) + close),
                "at most 1048576 are allowed (limit eventBytes)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "multipart/form-data; boundary=x", "application/octet-stream"})
    void should_keep_the_limit_of_bodies_that_are_no_event(String contentType) {
        assertTooLarge(send(contentType, large(2 * MIB)), "at most 1048576 bytes are allowed");
    }

    @Test
    void should_keep_the_limit_of_the_data_of_a_cloud_event() {
        assertTooLarge(
                millrace.append(stream, large(2 * MIB), "ce-specversion", "1.0"), "at most 1048576 bytes are allowed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_answer_a_large_body_that_is_to_be_transformed(boolean hasLength) throws IOException {
        byte[] body = large(2 * MIB).getBytes(StandardCharsets.UTF_8);
        String framing = hasLength ? "Content-Length: " + body.length : "Transfer-Encoding: chunked";
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            socket.send("POST " + api(stream) + "?jsonataTransform=%24 HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\n" + framing + "\r\n\r\n");
            try {
                if (hasLength) {
                    socket.send(body);
                } else {
                    socket.send(Integer.toHexString(body.length) + "\r\n")
                            .send(body)
                            .send("\r\n0\r\n\r\n");
                }
            } catch (IOException refused) {
                // the answer may be there already
            }
            assertThat(socket.readUntil("were sent")).startsWith("HTTP/1.1 413").contains("at most 1048576 bytes");
        }
    }

    @Test
    void should_read_large_events_in_every_way() throws Exception {
        String fresh = freshStream();
        for (int i = 0; i < 3; i++) {
            assertStored(millrace.append(fresh, large(3 * MIB)), 3 * MIB);
            assertThat(millrace.append(fresh, "{\"type\":\"said\"}").status()).isEqualTo(200);
        }

        assertThat(millrace.history(fresh).events()).hasSize(7);
        try (LiveReadClient live = millrace.live(api(fresh), "Last-Event-ID", "0")) {
            assertThat(live.awaitOffset(7).events()).hasSize(7);
        }
    }

    /** All readers get an answer, and the server stays alive. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_charge_large_events_to_the_memory_of_reads(boolean isLive, @TempDir Path directory) throws Exception {
        try (SmallHeapServer server = new SmallHeapServer(directory, "192m");
                ServiceClient client = new ServiceClient(server.uri, Duration.ofSeconds(5))) {
            HttpClient http = HttpClient.newHttpClient();
            for (int i = 0; i < 4; i++) {
                assertThat(client.append("/large", large(CodeProvider.MOST)).status())
                        .isEqualTo(200);
            }
            List<CompletableFuture<Integer>> reads = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                reads.add(CompletableFuture.supplyAsync(
                        () -> read(http, server.uri, isLive), command -> new Thread(command, "reader").start()));
            }
            for (CompletableFuture<Integer> read : reads) {
                assertThat(read.get(120, TimeUnit.SECONDS)).isIn(200, 503);
            }
            assertThat(server.isAlive()).isTrue();
            assertThat(client.append("/after", "{\"type\":\"said\"}").status()).isEqualTo(200);
        }
    }

    /** Reads to the end, or to the mark of the catch-up; returns the status. */
    private static int read(HttpClient http, URI server, boolean isLive) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create(server + api("/large") + (isLive ? "?caughtUp=true" : "?beforeOffset=end")));
        if (isLive) {
            request.header("Last-Event-ID", "0");
        }
        try {
            HttpResponse<InputStream> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                String line = lines.readLine();
                while (line != null && !line.equals("event: caught-up")) {
                    line = lines.readLine();
                }
            } catch (IOException aborted) {
                // the server had no memory for the next page
            }
            return answer.statusCode();
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
