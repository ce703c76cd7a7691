package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.RawSocket;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is sent, the server answers with something other than a failure of its own, and stays well. */
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
                assertThat(answer).startsWith("HTTP/1.1 400").contains("could not be read to its end");
            }
            assertThat(millrace.get("/api/streams/__state/broken/body?create=false")
                            .status())
                    .isEqualTo(404);
        }
    }
}
