package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.faults.Fault;
import dev.millrace.testkit.faults.FaultServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bytes on the socket of a server with faults. */
class FaultServerTest {
    private static final String TAIL = "GET /api/streams/a?afterOffset=start HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final int PATIENCE_MILLIS = 60_000;

    private final FaultServer server = FaultServer.start();

    @BeforeEach
    void say() throws Exception {
        server.streams().append("/a", new UserSaid("größe")).get(60, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void should_serve_a_live_read_when_nothing_is_wrong() throws Exception {
        try (Socket socket = send(TAIL)) {
            String history = readUntil(socket, "caught-up");
            assertThat(history)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Millrace-Watermark: 2\r\n", "id: 1\n", "id: 2\n", "größe");

            server.streams().append("/a", new UserSaid("more")).get(60, TimeUnit.SECONDS);
            assertThat(readUntil(socket, "id: 3\n")).contains("more");
        }
        assertThat(server.requests()).containsExactly("GET /api/streams/a?afterOffset=start");
    }

    @Test
    void should_cut_after_exactly_so_many_bytes() throws Exception {
        for (int bytes : new int[] {0, 1, 17, 180, 300}) {
            server.next(Fault.none().cutAfter(bytes).inPiecesOf(7));
            try (Socket socket = send(TAIL)) {
                assertThat(socket.getInputStream().readAllBytes()).hasSize(bytes);
            }
        }
        assertThat(server.waiting()).isZero();
    }

    @Test
    void should_close_the_sending_side_and_still_read() throws Exception {
        server.next(Fault.none().halfCloseAfter(40));
        try (Socket socket = send(TAIL)) {
            assertThat(socket.getInputStream().readAllBytes()).hasSize(40);
            socket.getOutputStream().write("still listening?".getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            assertThat(socket.isClosed()).isFalse();
        }
    }

    @Test
    void should_send_nothing_until_the_client_closes() throws Exception {
        server.next(Fault.none().stallAfter(25));
        try (Socket socket = send(TAIL)) {
            assertThat(socket.getInputStream().readNBytes(25)).hasSize(25);
            socket.setSoTimeout(50);
            try {
                assertThat(socket.getInputStream().read())
                        .as("a byte or the end")
                        .isNotNegative();
                throw new AssertionError("the server sent more bytes");
            } catch (SocketTimeoutException silent) {
                assertThat(silent).hasMessageContaining("timed out");
            }
        }
    }

    @Test
    void should_reset_the_connection() throws Exception {
        server.next(Fault.none().resetAfter(0));
        try (Socket socket = send(TAIL)) {
            int read = socket.getInputStream().read();
            assertThat(read).isNegative();
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    @Test
    void should_deliver_every_event_twice() throws Exception {
        server.next(Fault.duplicate());
        try (Socket socket = send(TAIL)) {
            assertThat(readUntil(socket, "caught-up").split("id: 2\n")).hasSize(3);
        }
    }

    @Test
    void should_refuse_and_do_nothing() throws Exception {
        server.next(Fault.unavailable(Duration.ofSeconds(7)), Fault.refuse(500, Duration.ZERO));

        assertThat(post("{\"type\":\"said\"}")).startsWith("HTTP/1.1 503 ").contains("Retry-After: 7\r\n");
        assertThat(post("{\"type\":\"said\"}")).startsWith("HTTP/1.1 500 ").doesNotContain("Retry-After");
        assertThat(post("{\"type\":\"said\"}")).startsWith("HTTP/1.1 200 ").contains("\"offset\":3");
    }

    @Test
    void should_store_an_append_without_a_response() throws Exception {
        server.next(Fault.drop());

        assertThat(post("{\"type\":\"said\",\"idempotencyKey\":\"k\"}")).isEmpty();
        assertThat(post("{\"type\":\"said\",\"idempotencyKey\":\"k\"}"))
                .contains("\"offset\":3", "Idempotent-Replayed: true\r\n");
        assertThat(post("[{\"type\":\"said\",\"idempotencyKey\":\"k\"},{\"type\":\"b\"}]"))
                .contains("\"replayed\":[true,false]");
        assertThat(post("nonsense")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void should_refuse_faults_that_make_no_sense() {
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.refuse(200, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.none().cutAfter(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.none().inPiecesOf(0));
    }

    private String post(String body) throws IOException {
        try (Socket socket = send(
                "POST /api/streams/a HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Socket send(String request) throws IOException {
        Socket socket = new Socket(server.uri().getHost(), server.uri().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    private static String readUntil(Socket socket, String text) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder read = new StringBuilder();
        byte[] buffer = new byte[8192];
        while (read.indexOf(text) < 0) {
            int length = in.read(buffer);
            if (length < 0) {
                throw new AssertionError("the answer ended after: " + read);
            }
            read.append(new String(buffer, 0, length, StandardCharsets.UTF_8));
        }
        return read.toString();
    }
}
