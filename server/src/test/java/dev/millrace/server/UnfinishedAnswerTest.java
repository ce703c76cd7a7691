package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A finite read that fails in the middle does not look complete. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set before each test
class UnfinishedAnswerTest {
    private static final int EVENTS = 1_501;
    private static final long DAMAGED = 600;
    private static final String STREAM = "/damaged/log";

    private final List<String> logged = Collections.synchronizedList(new ArrayList<>());
    private final Logger logger = Logger.getLogger("dev.millrace.server");
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private volatile boolean isLossy;
    private volatile boolean isDestroying;
    private RunningServer millrace;

    @BeforeEach
    void start() throws Exception {
        logger.addHandler(recorder);
        EventStore memory = new InMemoryEventStore();
        EventStore damaged = (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("read")
                            && arguments[1] instanceof RecordRange range
                            && range.afterOffset() < DAMAGED
                            && range.afterOffset() + range.limit() >= DAMAGED) {
                        if (isDestroying) {
                            millrace.engine
                                    .destroy(ProjectSlug.defaultProject(), StreamPath.of(STREAM), false)
                                    .get(30, TimeUnit.SECONDS);
                            return List.of();
                        }
                        if (isLossy) {
                            return List.of();
                        }
                        throw new IllegalStateException("database disk image is malformed");
                    }
                    try {
                        return method.invoke(memory, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
        millrace = new RunningServer(damaged, builder -> builder);
        StreamPath path = StreamPath.of(STREAM);
        byte[] event = ("{\"type\":\"said\",\"payload\":\"" + "x".repeat(200) + "\"}").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < EVENTS - 1; i += 500) {
            millrace.engine
                    .append(ProjectSlug.defaultProject(), path, Collections.nCopies(500, event))
                    .get();
        }
    }

    @AfterEach
    void stop() throws Exception {
        logger.removeHandler(recorder);
        millrace.close();
    }

    private String read(String version, String more, String format) throws Exception {
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            return socket.send("GET " + api(STREAM) + "?beforeOffset=end HTTP/" + version
                            + "\r\nHost: localhost\r\nAccept: " + format + "\r\n" + more + "\r\n")
                    .readToTheEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "application/json", "application/yaml", "text/event-stream"})
    void should_never_end_plainly(String format) throws Exception {
        for (boolean lossy : new boolean[] {false, true}) {
            isLossy = lossy;
            logged.clear();
            for (String more : List.of("", "Connection: close\r\n", "Accept-Encoding: gzip\r\n")) {
                String answer = read("1.1", more, format);
                assertThat(answer)
                        .startsWith("HTTP/1.1 200")
                        .contains("Millrace-Watermark: " + EVENTS)
                        .contains("chunked")
                        .doesNotEndWith("\r\n0\r\n\r\n");
            }
            assertThat(read("1.0", "", format)).startsWith("HTTP/1.1 200").endsWith("<reset>");
            assertThat(logged)
                    .as("the log")
                    .anyMatch(line -> line.matches(".*read of public:/damaged/log failed at @\\d+ of 1501.*"));
        }
    }

    @Test
    void should_not_compress_the_error_of_a_read_that_has_not_begun() {
        Answer answer = millrace.get(api(STREAM) + "?afterOffset=590&beforeOffset=end", "Accept-Encoding", "gzip");

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("Content-Encoding")).isEmpty();
        assertThat(answer.json().path("reason").asText()).isEqualTo("INTERNAL");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(millrace.server.compressedReads()).isZero());
    }

    @Test
    void should_not_call_the_store_damaged_when_the_stream_was_destroyed() throws Exception {
        isDestroying = true;

        assertThat(read("1.1", "", "application/json"))
                .startsWith("HTTP/1.1 200")
                .doesNotEndWith("\r\n0\r\n\r\n");
        assertThat(logged).noneMatch(line -> line.contains("damaged:") || line.contains("may be damaged"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void should_give_a_small_answer_its_length(String version) throws Exception {
        millrace.append("/small", "{\"type\":\"said\"}");
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            String answer = socket.send("GET " + api("/small") + "?beforeOffset=end HTTP/" + version
                            + "\r\nHost: localhost\r\nConnection: close\r\nAccept: application/x-ndjson\r\n\r\n")
                    .readToTheEnd();
            assertThat(answer).startsWith("HTTP/1.1 200").containsPattern("Content-Length: \\d+|\r\n0\r\n\r\n$");
        }
    }
}
