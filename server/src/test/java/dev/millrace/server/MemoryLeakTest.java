package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.engine.MemoryBudget;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever clients do, all memory is free when they are gone. */
@Timeout(120)
class MemoryLeakTest {
    private static final int CLIENTS = Boolean.getBoolean("millrace.long") ? 4_000 : 200;
    private static final int MOST_OPEN = 24;

    private final Random random = new Random(20_261_201);
    private final MemoryBudget budget = MemoryBudget.of(8 << 20);

    @Test
    void should_have_all_memory_back_when_all_clients_are_gone() throws IOException {
        List<RawSocket> open = new ArrayList<>();
        try (RunningServer millrace =
                new RunningServer(builder -> builder.memory(budget).slowReaderTimeout(Duration.ofSeconds(2)))) {
            for (int i = 0; i < CLIENTS; i++) {
                open.add(act(new RawSocket(millrace.server.baseUri())));
                while (open.size() > random.nextInt(MOST_OPEN)) {
                    leave(open.remove(random.nextInt(open.size())));
                }
            }
            for (RawSocket socket : open) {
                leave(socket);
            }

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(Stream.of(budget.bodies(), budget.work(), budget.reads(), budget.live()))
                                    .extracting(MemoryBudget.Pool::used)
                                    .containsOnly(0L));
            assertThat(millrace.append("/after", "{\"type\":\"a\"}").status()).isEqualTo(200);
        }
    }

    private RawSocket act(RawSocket socket) {
        try {
            switch (random.nextInt(9)) {
                case 0 -> append(socket, size(), "");
                case 1 -> append(socket, size(), "Expect: 100-continue\r\n");
                case 2 -> chunked(socket, random.nextInt(30_000));
                case 3 -> {
                    append(socket, size(), "");
                    append(socket, size(), "");
                    get(socket, stream() + "?beforeOffset=end", 0);
                }
                case 4 -> get(socket, stream() + "?beforeOffset=end", random.nextInt(3) * 1_000);
                case 5 -> get(socket, stream() + "?afterOffset=start", 0);
                case 6 ->
                    socket.send("GET " + stream()
                            + "?beforeOffset=end HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
                case 7 -> get(socket, api("") + "?afterOffset=start&subtree=true", 0);
                default -> get(socket, stream().replace("streams", "streams/__state") + "?create=false", 1_000);
            }
        } catch (IOException answered) {
            // the server has refused the rest
        }
        return socket;
    }

    private int size() {
        return random.nextBoolean() ? random.nextInt(200) + 30 : random.nextInt(400_000) + 30;
    }

    private String stream() {
        return api("/s" + random.nextInt(8));
    }

    /** An append; of one in three the end of the body does not come, one in eight is not JSON. */
    private void append(RawSocket socket, int size, String header) throws IOException {
        String body = (random.nextInt(8) == 0 ? "[" : "{\"type\":\"a\",\"payload\":\"") + "x".repeat(size - 25) + "\"}";
        int sent = random.nextInt(3) == 0 ? random.nextInt(body.length()) : body.length();
        socket.send("POST " + stream() + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + header
                        + "Content-Length: " + body.length() + "\r\n\r\n")
                .send(body.substring(0, sent));
    }

    private void chunked(RawSocket socket, int size) throws IOException {
        socket.send("POST " + stream() + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n1\r\n\"\r\n")
                .send("1\r\nx\r\n".repeat(size))
                .send(random.nextBoolean() ? "1\r\n\"\r\n0\r\n\r\n" : "zz\r\n");
    }

    private static void get(RawSocket socket, String target, int body) throws IOException {
        socket.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body + "\r\n\r\n");
    }

    private void leave(RawSocket socket) throws IOException {
        if (random.nextBoolean()) {
            socket.reset();
        } else {
            socket.close();
        }
    }
}
