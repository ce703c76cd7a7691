package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.ServiceClient;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.MemoryBudget;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Allowed bodies never exhaust the memory of a server. */
@Timeout(180)
class MemoryBudgetTest {
    private static final boolean LONG = Boolean.getBoolean("millrace.long");
    private static final int MIB = 1 << 20;
    private static final long FITS_IN_8_MIB = 8 * MIB * 5 / 8 / 8;
    private static final int CUT = 0;
    private static final String PLAIN = "{\"type\":\"said\"}";

    @TempDir
    Path directory;

    private final VirtualTimers clock = new VirtualTimers();

    enum Shape {
        TEXT("\"" + "x".repeat(1000) + "\""),
        TINY_VALUES("1"),
        EMPTY_OBJECTS("{}"),
        /** Invalid, and written in another way than it is stored, so that the event has it twice. */
        ESCAPES("\"\\/" + "x".repeat(1000) + "\"");

        private final String value;

        Shape(String value) {
            this.value = value;
        }

        /** An event of nearly 1 MiB. */
        String event() {
            int count = (MIB - 100) / (value.length() + 1);
            return "{\"type\":\"said\",\"payload\":[" + (value + ",").repeat(count - 1) + value + "]}";
        }

        String batch(int mebibytes) {
            String event = event();
            return "[" + (event + ",").repeat(mebibytes - 1) + event + "]";
        }
    }

    private static void assertSurvives(SmallHeapServer server, ServiceClient client, List<Answer> answers) {
        assertThat(server.isAlive()).isTrue();
        for (Answer answer : answers) {
            assertThat(answer.status()).as(answer.body()).isIn(200, 413, 503);
            if (answer.status() == 503) {
                assertThat(answer.header("Retry-After")).isNotEmpty();
            }
        }
        assertThat(client.append("/after", PLAIN).status()).isEqualTo(200);
    }

    /** Sends one body many times; keeps the bodies of refusals only, because those of all answers fill this heap. */
    private static List<Answer> send(ServiceClient client, String body, int times) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            sent.add(client.appendLater("/batch/" + i, bytes)
                    .thenApply(
                            answer -> answer.status() == 200 ? new Answer(200, answer.headers(), "stored") : answer));
        }
        List<Answer> answers = new ArrayList<>();
        for (CompletableFuture<Answer> answer : sent) {
            answers.add(answer.get(120, TimeUnit.SECONDS));
        }
        return answers;
    }

    @ParameterizedTest
    @EnumSource
    void should_survive_the_largest_batches_in_a_small_heap(Shape shape) throws Exception {
        try (SmallHeapServer server = new SmallHeapServer(directory, "128m");
                ServiceClient client = new ServiceClient(server.uri, Duration.ofSeconds(5))) {
            List<Answer> answers = send(client, shape.batch(15), 2);
            answers.addAll(send(client, shape.event(), 24));
            assertSurvives(server, client, answers);
            for (int i = 0; i < 8; i++) {
                assertThat(client.get(api("/batch/" + i) + "?beforeOffset=end", "Accept", "application/json")
                                .status())
                        .isIn(200, 503);
            }
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static Stream<Arguments> heaps() {
        return LONG
                ? Stream.of(arguments("256m", 12), arguments("512m", 40), arguments("1g", 100))
                : Stream.of(arguments("256m", 4));
    }

    @ParameterizedTest
    @MethodSource("heaps")
    void should_survive_many_of_the_largest_batches(String heap, int times) throws Exception {
        try (SmallHeapServer server = new SmallHeapServer(directory, heap);
                ServiceClient client = new ServiceClient(server.uri, Duration.ofSeconds(5))) {
            for (Shape shape : Shape.values()) {
                byte[] body = shape.batch(15).getBytes(StandardCharsets.UTF_8);
                List<CompletableFuture<Integer>> sent = new ArrayList<>();
                for (int i = 0; i < times; i++) {
                    sent.add(CompletableFuture.supplyAsync(
                            () -> statusOf(server.uri, body), command -> new Thread(command, "client").start()));
                }
                for (CompletableFuture<Integer> status : sent) {
                    assertThat(status.get(120, TimeUnit.SECONDS)).isIn(200, 408, 413, 503, CUT);
                }
                assertSurvives(server, client, List.of());
                assertThat(statusOf(server.uri, body)).isIn(200, 413);
            }
        }
    }

    /** The status of an append; {@code CUT} if a client that was too slow lost its connection before it could read one. */
    private static int statusOf(URI server, byte[] body) {
        try (RawSocket socket = new RawSocket(server)) {
            try {
                socket.send(head(body.length).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                        .send(body);
            } catch (IOException refused) {
                // the answer may be there already
            }
            String line = socket.readUntil("\r\n");
            socket.discard();
            return line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9, 12)) : CUT;
        } catch (IOException reset) {
            return CUT;
        }
    }

    @Test
    void should_survive_bodies_that_are_held_back() throws Exception {
        byte[] body = Shape.TEXT.batch(15).getBytes(StandardCharsets.UTF_8);
        List<RawSocket> held = new ArrayList<>();
        try (SmallHeapServer server = new SmallHeapServer(directory, "512m");
                ServiceClient client = new ServiceClient(server.uri, Duration.ofSeconds(5))) {
            for (int i = 0; i < (LONG ? 26 : 6); i++) {
                RawSocket socket = new RawSocket(server.uri);
                held.add(socket);
                try {
                    socket.send(head(body.length + 1)).send(body);
                } catch (IOException refused) {
                    // answered 503 already
                }
            }
            assertSurvives(server, client, List.of());
        } finally {
            for (RawSocket socket : held) {
                socket.close();
            }
        }
    }

    @Test
    void should_survive_a_body_in_chunks_of_one_byte() throws Exception {
        try (SmallHeapServer server = new SmallHeapServer(directory, "128m");
                RawSocket socket = new RawSocket(server.uri);
                ServiceClient client = new ServiceClient(server.uri, Duration.ofSeconds(5))) {
            socket.send("""
                    POST /tiny HTTP/1.1
                    Host: localhost
                    Content-Type: application/json
                    Transfer-Encoding: chunked

                    1
                    [
                    """.replace("\n", "\r\n"));
            byte[] chunks = "1\r\n,\r\n".repeat(10_000).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 450; i++) {
                socket.send(chunks);
            }
            socket.send("0\r\n\r\n");

            assertThat(socket.readUntil("\r\n")).contains(" 413 ");
            assertSurvives(server, client, List.of());
        }
    }

    @Test
    void should_hold_no_memory_for_an_error_while_the_rest_of_its_request_comes() throws Exception {
        MemoryBudget budget = MemoryBudget.of(4 * MIB);
        try (RunningServer millrace =
                        new RunningServer(builder -> builder.timers(clock).memory(budget));
                RawSocket held = new RawSocket(millrace.server.baseUri())) {
            held.send(
                    "GET /api/streams/__state/none?create=false HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n");
            assertThat(held.readUntil("STREAM_NOT_FOUND")).startsWith("HTTP/1.1 404");

            await().until(() -> budget.reads().used() == 0);
        }
    }

    @Test
    void should_survive_many_live_readers_that_take_nothing() throws Exception {
        List<RawSocket> held = new ArrayList<>();
        try (SmallHeapServer server = new SmallHeapServer(directory, "128m");
                ServiceClient client = new ServiceClient(server.uri, Duration.ofSeconds(5))) {
            for (int i = 0; i < 24; i++) {
                assertThat(client.append("/long", Shape.TEXT.event()).status()).isIn(200, 503);
            }
            for (int i = 0; i < (LONG ? 1_000 : 200); i++) {
                RawSocket socket = new RawSocket(server.uri);
                held.add(socket);
                socket.send("GET " + api("/long") + " HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n");
            }
            for (int i = 0; i < 20; i++) {
                assertSurvives(server, client, List.of());
            }
        } finally {
            for (RawSocket socket : held) {
                socket.close();
            }
        }
    }

    private static String head(int length) {
        return "POST /held HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    @Test
    void should_leave_the_client_of_a_stored_append_time_to_take_its_answer() throws Exception {
        byte[] batch = Shape.TEXT.batch(5).getBytes(StandardCharsets.UTF_8);
        // the work on two batches does not fit, and not the work on one beside the answer to the other
        MemoryBudget budget = MemoryBudget.of(batch.length * 85L / 10 * 16 / 10);
        try (RunningServer millrace =
                        new RunningServer(builder -> builder.timers(clock).memory(budget));
                RawSocket busy = new RawSocket(millrace.server.baseUri())) {
            busy.send(head(batch.length)).send(batch);
            await().until(() -> budget.bodies().used() == 0
                    && budget.work().used() > batch.length
                    && budget.work().used() < 2L * batch.length);
            CompletableFuture<Answer> other = millrace.appendLater("/other", batch);
            await().until(() -> budget.bodies().used() == batch.length);
            for (int i = 0; i < 6; i++) {
                clock.advance(Duration.ofMillis(500));
            }

            assertThat(busy.readUntil("\"replayed\":[false,false,false,false,false]}"))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("]}");
            assertThat(other.get(60, TimeUnit.SECONDS).status()).isEqualTo(200);
        }
    }

    @Test
    void should_refuse_what_is_too_large_for_the_budget_and_name_it() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.memory(MemoryBudget.of(8 * MIB)))) {
            Answer answer = millrace.append("/large", Shape.TEXT.event());
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body())
                    .contains("this server has memory for " + FITS_IN_8_MIB + " in one request", "-Xmx");
            assertThat(millrace.append("/large", Shape.TEXT.batch(2)).status()).isEqualTo(413);
            assertThat(millrace.append("/large", PLAIN).status()).isEqualTo(200);
            assertThat(millrace.get(api("/large") + "?beforeOffset=end").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void should_name_the_smallest_limit_of_a_body() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.memory(MemoryBudget.of(8 * MIB)));
                RawSocket announced = new RawSocket(millrace.server.baseUri());
                RawSocket chunked = new RawSocket(millrace.server.baseUri())) {
            announced.send(head(20 * MIB));
            assertThat(announced.readUntil("-Xmx"))
                    .contains(" 413 ", "has " + 20 * MIB + " bytes", "memory for " + FITS_IN_8_MIB + " in one request");

            chunked.send("POST /held HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nfffff\r\n[" + "1".repeat(0xffffe));
            assertThat(chunked.readUntil("-Xmx"))
                    .contains(" 413 ", "has more than " + FITS_IN_8_MIB + " bytes", "memory for " + FITS_IN_8_MIB);

            String transformed = "\"" + "x".repeat(200_000) + "\"";
            assertThat(millrace.post(api("/t") + "?jsonataTransform=$", transformed)
                            .body())
                    .contains("to be transformed has 200002 bytes", "memory for " + FITS_IN_8_MIB / 5 + " in one");
            assertThat(millrace.append("/t", transformed).status()).isEqualTo(200);
        }
    }

    @Test
    void should_drop_a_body_that_does_not_come_on_when_others_need_its_memory() throws Exception {
        try (RunningServer millrace =
                        new RunningServer(builder -> builder.timers(clock).memory(MemoryBudget.of(4 * MIB)));
                RawSocket nothing = new RawSocket(millrace.server.baseUri());
                RawSocket first = new RawSocket(millrace.server.baseUri());
                RawSocket second = new RawSocket(millrace.server.baseUri())) {
            nothing.send(head(PLAIN.length()));
            millrace.append("/other", PLAIN);
            clock.advance(Duration.ofSeconds(3));
            String part = "[" + "1,".repeat(140_000);
            first.send(head(320_000)).send(part + "1,".repeat(10_000));
            second.send(head(320_000)).send(part);
            Answer refused = awaitRefusal(millrace, part);
            assertThat(refused.header("Retry-After")).isNotEmpty();

            for (int i = 0; i < 11; i++) {
                clock.advance(Duration.ofSeconds(1));
            }
            Answer other = millrace.append("/other", "\"" + "x".repeat(300_000) + "\"");

            assertThat(first.readToTheEnd()).startsWith("HTTP/1.1 408").contains("arrived too slowly");
            assertThat(other.status()).isNotEqualTo(503);
            assertThat(nothing.send(PLAIN).readUntil("createdAt")).startsWith("HTTP/1.1 200");
        }
    }

    /** Waits until the held bodies occupy their memory: another one is then refused. */
    private static Answer awaitRefusal(RunningServer millrace, String part) {
        Answer[] last = new Answer[1];
        await().until(() -> {
            last[0] = millrace.append("/other", part);
            return last[0].status() == 503;
        });
        return last[0];
    }
}
