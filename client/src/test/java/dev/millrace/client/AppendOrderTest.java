package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.core.AppendResult;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AppendOrderTest {
    private final Map<String, List<Integer>> stored = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpServer server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpEventStreams streams;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::store);
        server.start();
        streams = HttpEventStreams.builder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .build();
    }

    @AfterEach
    void stop() {
        streams.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void store(HttpExchange exchange) throws IOException {
        int number = JsonCodec.parse(exchange.getRequestBody().readAllBytes())
                .path("payload")
                .path("n")
                .intValue();
        List<Integer> log =
                stored.computeIfAbsent(exchange.getRequestURI().getPath(), path -> new CopyOnWriteArrayList<>());
        log.add(number);
        byte[] answer = ("{\"event\":" + Sample.event(log.size() + 1L) + "}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    @Test
    void should_store_rapid_appends_of_one_thread_in_the_order_of_the_calls() {
        // given
        List<CompletableFuture<AppendResult>> futures = new ArrayList<>();
        // when: two streams in turn, so that their requests are on different connections
        for (int n = 0; n < 200; n++) {
            futures.add(streams.append(StreamPath.of("/a"), Sample.input("said", "{\"n\":" + n + "}")));
            futures.add(streams.append(StreamPath.of("/b"), Sample.input("said", "{\"n\":" + n + "}")));
        }
        futures.forEach(AppendTest::get);
        // then
        List<Integer> inOrder = IntStream.range(0, 200).boxed().toList();
        assertThat(stored.get("/api/streams/a")).isEqualTo(inOrder);
        assertThat(stored.get("/api/streams/b")).isEqualTo(inOrder);
    }

    @Test
    void should_let_a_caller_append_to_the_same_stream_from_the_answer_and_wait_for_it() {
        CompletableFuture<Long> nested = streams.append(Sample.PATH, Sample.input("said", "{\"n\":0}"))
                .thenApply(first -> AppendTest.get(streams.append(Sample.PATH, Sample.input("said", "{\"n\":1}")))
                        .offset());
        assertThat(AppendTest.get(nested)).isEqualTo(3);
    }
}
