package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.io.InputDecorator;
import com.fasterxml.jackson.core.io.OutputDecorator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often the server parses a posted body, counted by the texts that Jackson gets. */
@SuppressWarnings({"NullAway.Init", "deprecation"}) // set before each test; the only way to change an existing factory
class ParseCountTest {
    private static final String MARK = "marked-for-the-count";
    private static final String PLAIN = "{\"type\":\"a\",\"payload\":{\"text\":\"" + MARK + "\",\"n\":1.50}}";

    private final Queue<String> parsed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger written = new AtomicInteger();
    private List<JsonFactory> factories = List.of();
    private RunningServer millrace;

    /** Records each text before it is parsed, unchanged. */
    private final class Seeing extends InputDecorator {
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable InputStream decorate(IOContext context, byte[] text, int offset, int length) {
            String seen = new String(text, offset, length, StandardCharsets.UTF_8);
            if (seen.contains(MARK) && Thread.currentThread().getName().startsWith("millrace-")) {
                parsed.add(seen);
            }
            return null;
        }

        @Override
        public InputStream decorate(IOContext context, InputStream in) {
            return in;
        }

        @Override
        public Reader decorate(IOContext context, Reader in) {
            return in;
        }
    }

    /** Counts the values that are written. */
    private final class Counting extends OutputDecorator {
        private static final long serialVersionUID = 1L;

        @Override
        public OutputStream decorate(IOContext context, OutputStream out) {
            if (Thread.currentThread().getName().startsWith("millrace-appends-")) {
                written.incrementAndGet();
            }
            return out;
        }

        @Override
        public Writer decorate(IOContext context, Writer out) {
            return out;
        }
    }

    @BeforeEach
    void start() throws IOException {
        try (JsonParser parser = JsonCodec.parser("{}".getBytes(StandardCharsets.UTF_8));
                JsonGenerator generator = JsonCodec.generator(new ByteArrayOutputStream())) {
            factories = List.of(
                    ((ObjectMapper) parser.getCodec()).getFactory(),
                    ((ObjectMapper) generator.getCodec()).getFactory());
        }
        factories.forEach(factory -> factory.setInputDecorator(new Seeing()));
        factories.forEach(factory -> factory.setOutputDecorator(new Counting()));
        millrace = new RunningServer();
    }

    @AfterEach
    @SuppressWarnings({"NullAway", "deprecation"}) // null means none in this library
    void stop() throws Exception {
        millrace.close();
        factories.forEach(factory -> factory.setInputDecorator(null));
        factories.forEach(factory -> factory.setOutputDecorator(null));
    }

    /** The number of parses, without those of the answer. */
    private long parsesOf(String contentType, String body) {
        return parsesOf(freshStream(), contentType, body);
    }

    private long parsesOf(String path, String contentType, String body) {
        parsed.clear();
        assertThat(millrace.send("POST", api(path), body, "Content-Type", contentType)
                        .status())
                .isEqualTo(200);
        return parsed.stream().filter(text -> !text.contains("\"createdAt\"")).count();
    }

    @Test
    void should_parse_a_posted_event_once() {
        assertThat(parsesOf("application/json", PLAIN)).isEqualTo(1);
    }

    @Test
    void should_parse_an_envelope_a_batch_and_lines_once() {
        assertThat(parsesOf("application/json", "{\"event\":" + PLAIN + "}")).isEqualTo(1);
        assertThat(parsesOf("application/json", "[" + PLAIN + "," + PLAIN + "]"))
                .isEqualTo(1);
        assertThat(parsesOf("application/x-ndjson", PLAIN + "\n" + PLAIN + "\n"))
                .as("one per line")
                .isEqualTo(2);
    }

    @Test
    void should_parse_what_becomes_an_invalid_event_once() {
        assertThat(parsesOf("application/json", "{\"event\":{},\"text\":\"" + MARK + "\"}"))
                .isEqualTo(1);
        assertThat(parsesOf("text/plain", MARK)).isEqualTo(1);
    }

    @Test
    void should_parse_metadata_again_at_most_once() {
        String metadata = "\"metadata\":{\"note\":\"" + MARK + "\",\"millrace\":{\"processor\":\"p\"},\"fence\":{}}";

        assertThat(parsesOf("application/json", "{\"type\":\"a\"," + metadata + "}"))
                .as("the body, and the metadata for provenance and fence")
                .isEqualTo(2);
    }

    @Test
    void should_write_each_field_once() {
        String path = freshStream();
        millrace.send("POST", api(path), PLAIN); // so that the events of its creation are not counted
        String body = PLAIN.replace("}}", "},\"metadata\":{\"a\":1},\"idempotencyKey\":\"k\"}");
        written.set(0);

        assertThat(parsesOf(path, "application/json", body)).isEqualTo(1);
        assertThat(written).as("type, payload, metadata, key").hasValue(4);
    }
}
