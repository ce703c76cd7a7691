package dev.millrace.server.internal.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GzipEncoderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                              | false",
                "gzip                            | true",
                "X-Gzip                          | true",
                "br, gzip ;q=0.2                 | true",
                "gzip;q=0                        | false",
                "gzip;q=0.0, *                   | false",
                "*                               | true",
                "*;q=0                           | false",
                "identity                        | false",
                "identity, *;q=0.5               | false",
                "identity;q=0.5, *               | true",
                "identity;q=0, gzip;q=0.1        | true",
                "gzip;q=0.5, identity            | false",
                "gzip;q=0.5, identity;q=0.5      | true",
                "gzip;q=0.5, *;q=0               | true",
                "br, deflate                     | false",
                "gzipped                         | false",
            })
    void should_be_preferred(String header, boolean preferred) {
        assertThat(GzipEncoder.isPreferred(List.of(header))).isEqualTo(preferred);
    }

    @Test
    void should_be_preferred_by_the_second_of_two_headers_and_not_without_any() {
        assertThat(GzipEncoder.isPreferred(List.of("br", "gzip"))).isTrue();
        assertThat(GzipEncoder.isPreferred(List.of())).isFalse();
    }

    @Test
    void should_encode_pages_that_can_be_read_one_by_one() throws IOException {
        AtomicInteger open = new AtomicInteger();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        GzipEncoder encoder = new GzipEncoder(open);
        assertThat(open).hasValue(1);

        all.writeBytes(encoder.encode("first ".getBytes(UTF_8), false));
        assertThat(new String(new GZIPInputStream(new ByteArrayInputStream(all.toByteArray())).readNBytes(6), UTF_8))
                .isEqualTo("first ");
        all.writeBytes(encoder.encode("last".getBytes(UTF_8), true));
        assertThat(new String(new GZIPInputStream(new ByteArrayInputStream(all.toByteArray())).readAllBytes(), UTF_8))
                .isEqualTo("first last");

        encoder.close();
        assertThat(open).hasValue(0);
        assertThatThrownBy(() -> encoder.encode("more".getBytes(UTF_8), false)).isInstanceOf(Exception.class);
    }
}
