package dev.millrace.core.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventStreamInputTest {
    private static final long SEED = 20260401;

    @ParameterizedTest
    @CsvSource({
        "abc, abc", "a/b/, a/b/", "a<b<, a/b/", "a</b</, a/b/", "<<, //", "</</, //", "/</, //", "/<, //", "<, /", "</, /",
        "a</</b, a//b", "<</, //"
    })
    void should_make_an_lf_of_each_line_end_however_the_bytes_arrive(String sent, String expected) throws IOException {
        byte[] bytes = sent.replace('<', '\r').replace('/', '\n').getBytes(StandardCharsets.UTF_8);
        for (int most = 1; most <= bytes.length; most++) {
            InputStream in = new EventStreamInput(pieces(bytes, most));
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .as("pieces of %d", most)
                    .isEqualTo(expected.replace('/', '\n'));
        }
    }

    @Test
    void should_read_random_bytes_like_a_replacement_of_the_whole() throws IOException {
        Random random = new Random(SEED);
        for (int round = 0; round < 500; round++) {
            StringBuilder sent = new StringBuilder();
            random.ints(random.nextInt(60), 0, 5).forEach(n -> sent.append("\r\nxé€".charAt(n)));
            InputStream in = new EventStreamInput(
                    pieces(sent.toString().getBytes(StandardCharsets.UTF_8), 1 + random.nextInt(9)));

            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(sent.toString().replace("\r\n", "\n").replace('\r', '\n'));
        }
    }

    @Test
    void should_read_and_skip_single_bytes() throws IOException {
        InputStream in = new EventStreamInput(
                new ByteArrayInputStream("\r\n\u00ffx\ry".getBytes(StandardCharsets.ISO_8859_1)));

        assertThat(in.markSupported()).isFalse();
        assertThat(in.read()).isEqualTo('\n');
        assertThat(in.read()).isEqualTo(0xFF);
        assertThat(in.skip(2)).isEqualTo(2);
        assertThat(in.read()).isEqualTo('y');
        assertThat(in.skip(3)).isZero();
        assertThat(in.read()).isEqualTo(-1);
    }

    /** A read returns at most so many bytes. */
    private static InputStream pieces(byte[] bytes, int most) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                return super.read(buffer, from, Math.min(length, most));
            }
        };
    }
}
