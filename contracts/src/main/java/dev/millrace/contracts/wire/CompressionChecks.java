package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Checks of compressed reads, over HTTP.
 *
 * @since 0.1
 */
public abstract class CompressionChecks extends WireChecks {
    @Test
    void should_compress_a_finite_read_in_every_format() throws IOException {
        String stream = streamOfTwo();
        for (String format :
                List.of("text/event-stream", "application/json", "application/x-ndjson", "application/yaml")) {
            String finite = api(stream) + "?beforeOffset=end";
            String plain = millrace.get(finite, "Accept", format).body();

            HttpResponse<byte[]> answer =
                    millrace.sendForBytes("GET", finite, "Accept", format, "Accept-Encoding", "deflate, gzip");

            assertThat(answer.statusCode()).as(format).isEqualTo(200);
            assertThat(coding(answer.headers())).as(format).isEqualTo("gzip");
            assertThat(answer.headers().firstValue("Content-Type")).contains(format);
            assertThat(answer.headers().firstValue("Millrace-Watermark")).contains("3");
            assertThat(unzip(answer.body())).as(format).isEqualTo(plain);
        }
    }

    @Test
    void should_compress_only_for_callers_that_prefer_it() {
        String target = api(streamOfTwo()) + "?beforeOffset=end";
        for (String asked : List.of("gzip", "x-gzip", "GZIP;q=0.5", "*", "br, *;q=0.1", "gzip, identity;q=0.5")) {
            assertThat(coding(millrace.sendForBytes("GET", target, "Accept-Encoding", asked)
                            .headers()))
                    .as(asked)
                    .isEqualTo("gzip");
        }
        for (String not : List.of(
                "",
                "identity",
                "br",
                "gzip;q=0",
                "gzip;q=0.000, *",
                "*;q=0",
                "gzip;q=0.5, identity",
                "gzip;q=0.5, *")) {
            HttpResponse<byte[]> answer = millrace.sendForBytes("GET", target, "Accept-Encoding", not);
            assertThat(coding(answer.headers())).as(not).isEmpty();
            assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                    .as(not)
                    .contains("\nid: 3\n");
        }
    }

    @Test
    void should_say_that_a_finite_read_depends_on_what_is_accepted() {
        String stream = streamOfTwo();
        for (String target : List.of(api(stream) + "?beforeOffset=end", stream, stream + "?live=false")) {
            for (String asked : List.of("gzip", "identity")) {
                HttpHeaders get = millrace.sendForBytes("GET", target, "Accept-Encoding", asked)
                        .headers();
                HttpHeaders head = millrace.sendForBytes("HEAD", target, "Accept-Encoding", asked)
                        .headers();

                assertThat(String.join(", ", get.allValues("Vary")).split(",\\s*"))
                        .as(target)
                        .contains("Accept", "Accept-Encoding")
                        .doesNotHaveDuplicates();
                assertThat(head.allValues("Vary")).as(target).isEqualTo(get.allValues("Vary"));
                assertThat(coding(head)).as(target).isEqualTo(coding(get));
                assertThat(head.firstValue("Content-Length")).as(target).isNotEqualTo("0");
            }
        }
    }

    @Test
    void should_not_compress_a_live_read() {
        String stream = streamOfTwo();

        LiveReadClient reader = millrace.live(api(stream) + "?afterOffset=start", "Accept-Encoding", "gzip");

        assertThat(reader.awaitOffset(3).offsets()).containsExactly(1L, 2L, 3L);
        assertThat(reader.header("Content-Encoding")).isEmpty();
    }

    private String streamOfTwo() {
        String stream = freshStream();
        millrace.append(stream, "[{\"type\":\"a\"},{\"type\":\"b\",\"payload\":{\"text\":\"Grüße\"}}]")
                .expect(200);
        return stream;
    }

    private static String coding(HttpHeaders headers) {
        return headers.firstValue("Content-Encoding").orElse("");
    }

    private static String unzip(byte[] body) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
