package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventName;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A type whose provider allows it may be larger than others. */
class LargeEventTest {
    private static final int EVENT = 40_000;
    private static final int LARGE = 200_000;

    @EventName("code-kept")
    record CodeKept(String source) {}

    private record Provider() implements ProcessorProvider {
        @Override
        public String name() {
            return "code";
        }

        @Override
        public List<ProvidedEvent<?>> events() {
            return List.of(ProvidedEvent.of(CodeKept.class)
                    .withMaxBytes(LARGE)
                    .withRule((kept, host) ->
                            kept.source().startsWith("{") ? List.of("payload.source: line 1: {") : List.of()));
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            throw new UnsupportedOperationException();
        }
    }

    private final StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
            .limits(Limits.builder().eventBytes(EVENT).largeEventBytes(LARGE).build())
            .processors(List.of(new Provider()))
            .start();

    @AfterEach
    void stop() {
        engine.close();
    }

    private static byte[] code(String type, String first, int size) {
        String start = "{\"type\":\"" + type + "\",\"payload\":{\"source\":\"" + first;
        return (start + "x".repeat(size - start.length() - 3) + "\"}}").getBytes(UTF_8);
    }

    private EventRecord append(byte[]... inputs) {
        return get(engine.append(PUBLIC, path("/a"), List.of(inputs))).get(0).event();
    }

    private void assertTooLarge(String words, byte[]... inputs) {
        assertThatThrownBy(() -> append(inputs))
                .hasMessageContaining(words)
                .cause()
                .extracting(failure -> ((StreamException) failure).code())
                .isEqualTo(Code.TOO_LARGE);
    }

    @Test
    void should_store_a_large_event_of_that_type_only() {
        assertThat(append(code("code-kept", "", LARGE)).json()).hasSizeGreaterThan(LARGE);
        assertTooLarge(
                "200001 bytes, at most 200000 are allowed (limit largeEventBytes)", code("code-kept", "", LARGE + 1));
        assertTooLarge("40001 bytes, at most 40000 are allowed (limit eventBytes)", code("said", "", EVENT + 1));
        assertTooLarge("/a (event 2 of 2)", code("code-kept", "", LARGE), code("said", "", EVENT + 1));
    }

    @Test
    void should_refuse_a_large_event_that_is_not_valid() {
        assertTooLarge(
                "the event is not valid: payload.source: line 1: {; with 40001 bytes it is too large to be kept",
                code("code-kept", "{", EVENT + 1));
        assertThat(append(code("code-kept", "{", EVENT)).type()).endsWith("invalid-event-appended");
    }

    @Test
    void should_import_a_large_event_of_that_type_only() {
        append(code("code-kept", "", LARGE));
        List<EventRecord> log = engine.read(PUBLIC, path("/a"), RecordRange.after(0, 10));
        String lines = log.stream()
                .map(record -> new String(record.json(), UTF_8) + "\n")
                .collect(Collectors.joining());

        assertThat(get(engine.importEvents(PUBLIC, path("/b"), lines.getBytes(UTF_8)))
                        .lastOffset())
                .isEqualTo(2);
        assertThatThrownBy(() -> get(engine.importEvents(
                        PUBLIC,
                        path("/c"),
                        lines.replace("code-kept", "code-lost").getBytes(UTF_8))))
                .hasMessageContaining("(line 2); the event has");
    }
}
