package dev.millrace.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The generator counts what a server acknowledged, and nothing else. */
@SuppressWarnings("NullAway.Init")
class ClosedLoopTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> keys = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile int refuseFrom = Integer.MAX_VALUE;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            JsonNode body = new ObjectMapper().readTree(exchange.getRequestBody());
            for (JsonNode event : body.isArray() ? body : List.of(body)) {
                keys.add(event.path("idempotencyKey").asText());
            }
            byte[] answer = "{}".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(requests.incrementAndGet() < refuseFrom ? 200 : 503, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private ClosedLoop loop() {
        return new ClosedLoop(server.getAddress(), HttpReplyReader::new, new AtomicLong());
    }

    private static List<Request> requests(int connections, int events) {
        return Stream.generate(() -> Request.post("/", events))
                .limit(connections)
                .toList();
    }

    @Test
    void should_count_each_acknowledged_event_once() throws IOException {
        ClosedLoop.Count count = loop().run(100, requests(8, 3));
        assertThat(count.events()).isEqualTo(300);
        assertThat(requests).hasValue(100);
        assertThat(keys).hasSize(300);
    }

    @Test
    void should_count_exactly_what_was_answered_in_a_time() throws IOException {
        ClosedLoop.Count count = loop().runFor(Duration.ofMillis(200), requests(4, 1));
        assertThat(count.events()).isPositive().isEqualTo(requests.get()).isEqualTo(keys.size());
        assertThat(count.nanos()).isGreaterThanOrEqualTo(Duration.ofMillis(200).toNanos());
    }

    @Test
    void should_send_as_many_requests_as_it_is_told() throws IOException {
        assertThat(loop().run(3, requests(3, 1)).events()).isEqualTo(3);
        assertThat(new ClosedLoop.Count(500, 250_000_000).perSecond()).isEqualTo(2000);
    }

    @Test
    void should_fail_if_the_server_refuses() {
        refuseFrom = 5;
        assertThatThrownBy(() -> loop().run(10, requests(1, 1))).hasMessageContaining("refused: HTTP/1.1 503");
    }

    @Test
    void should_fail_if_nothing_listens() {
        InetSocketAddress address = server.getAddress();
        server.stop(0);
        ClosedLoop loop = new ClosedLoop(address, HttpReplyReader::new, new AtomicLong());
        assertThatThrownBy(() -> loop.run(1, Collections.nCopies(1, Request.post("/", 1))))
                .isInstanceOf(IOException.class);
    }
}
