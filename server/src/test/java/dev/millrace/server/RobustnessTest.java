package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.RawSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random requests never get a 5xx, and the server still works after them. */
@Timeout(120)
class RobustnessTest {
    private static final long SEED = 20261121;
    private static final String PATH_CHARACTERS = "abz09_-/AZ.~!$&'()*+,;=:@%";

    @Test
    void should_survive_random_targets() throws IOException {
        Random random = new Random(SEED + 2);
        try (RunningServer millrace = new RunningServer()) {
            for (int i = 0; i < 300; i++) {
                StringBuilder target = new StringBuilder(random.nextBoolean() ? "/api/streams/" : "/");
                for (int length = random.nextInt(20); length > 0; length--) {
                    target.append(PATH_CHARACTERS.charAt(random.nextInt(PATH_CHARACTERS.length())));
                }
                target.append(random.nextBoolean() ? "?beforeOffset=" + random.nextInt(9) : "?limit=%zz&" + i);
                try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
                    String answer = socket.send(
                                    "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .readToTheEnd();
                    assertThat(answer)
                            .as("%s (seed %s, round %s)", target, SEED, i)
                            .matches("(?s)HTTP/1.1 [24].*");
                }
            }
            assertThat(millrace.get("/healthz").status()).isEqualTo(200);
        }
    }

    @Test
    void should_blame_the_sender_for_a_body_that_is_framed_wrongly() throws IOException {
        String head = "POST /broken/body HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        try (RunningServer millrace = new RunningServer()) {
            try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
                String answer = socket.send(head + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n")
                        .readToTheEnd();
                assertThat(answer).startsWith("HTTP/1.1 400").contains("the end of the body was not received");
            }
            assertThat(millrace.get("/api/streams/__state/broken/body?create=false")
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void should_refuse_what_announces_too_much_at_once_and_go_on_with_the_connection() throws IOException {
        try (RunningServer millrace = new RunningServer();
                RawSocket batch = new RawSocket(millrace.server.baseUri());
                RawSocket event = new RawSocket(millrace.server.baseUri())) {
            batch.send(head("application/json", 99_999_999) + "\r\n");
            assertThat(batch.readUntil("}\n")).startsWith("HTTP/1.1 413").contains("16777216", "99999999");

            int length = 5_000_000;
            event.send(head("application/json", length) + "\r\n {");
            assertThat(event.readUntil("\n}\n")).startsWith("HTTP/1.1 413").contains("4194304", "5000000");
            event.send(new byte[length - 2]);
            assertThat(event.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .readUntil("true"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void should_refuse_what_turns_out_too_large_and_let_its_sender_finish() throws IOException {
        byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (RunningServer millrace = new RunningServer();
                RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            socket.send("POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 17; i++) {
                socket.send(chunk);
            }
            assertThat(socket.readUntil("\n}\n"))
                    .startsWith("HTTP/1.1 413")
                    .contains("more than 1048576 bytes were sent");
            for (int i = 0; i < 100; i++) {
                socket.send(chunk);
            }
            assertThat(socket.send("0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .readUntil("true"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private static String head(String contentType, int length) {
        return "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + contentType + "\r\nContent-Length: " + length
                + "\r\n";
    }
}
