package dev.millrace.testkit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamRecorderTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void should_read_equal_events_from_what_it_recorded() throws Exception {
        append("{\"text\": \"no: 1\\n  and 2\\n\", \"n\": [1.50, -0, 1e3, 12345678901234567890], \"none\": null}");
        append("{}");
        Path file = directory.resolve("new/a.yaml");

        RecordedLog recorded = RecordedLog.record(streams, PATH, ReadRange.all());
        recorded.writeTo(file);

        assertThat(RecordedLog.read(file).events()).isEqualTo(recorded.events());
        assertThat(recorded.events().stream().map(StreamRecorderTest::json))
                .isEqualTo(stored().stream().map(StreamRecorderTest::json).toList());
        assertThat(Files.readString(file)).startsWith("# /agents/1 (3 events)\n---\nstreamPath: /agents/1\n");
        assertThat(recorded.source()).isEqualTo("/agents/1");
    }

    @Test
    void should_remove_secrets_by_default() {
        append("{\"token\": \"abc\", \"text\": \"a\"}");

        assertThat(payload(RecordedLog.record(streams, PATH, ReadRange.after(1))))
                .isEqualTo("{\"token\":\"[redacted]\",\"text\":\"a\"}");
        assertThat(payload(RecordedLog.record(streams, PATH, ReadRange.after(1), UnaryOperator.identity())))
                .isEqualTo("{\"token\":\"abc\",\"text\":\"a\"}");
        assertThat(payload(RecordedLog.record(streams, PATH, ReadRange.after(1), event -> {
                    ((ObjectNode) event.path("payload")).put("text", "b");
                    return event;
                })))
                .isEqualTo("{\"token\":\"abc\",\"text\":\"b\"}");
        assertThat(stored().get(1).payloadJson()).hasToString("{\"token\":\"abc\",\"text\":\"a\"}");
    }

    @Test
    void should_record_the_part_that_is_asked_for_page_by_page() throws Exception {
        for (int batch = 0; batch < 3; batch++) {
            streams.appendAll(
                            PATH,
                            IntStream.range(0, 250)
                                    .mapToObj(i -> EventInput.ofType(i % 2 == 0 ? "even" : "odd"))
                                    .toList())
                    .get(60, TimeUnit.SECONDS);
        }

        assertThat(offsets(ReadRange.all())).hasSize(751).isSorted();
        assertThat(offsets(ReadRange.builder().beforeOffset(4).build())).containsExactly(1L, 2L, 3L);
        assertThat(offsets(ReadRange.builder().limit(501).build())).hasSize(501).endsWith(501L);
        assertThat(offsets(ReadRange.builder().descending(true).limit(260).build()))
                .hasSize(260)
                .isSorted()
                .endsWith(751L);
        assertThat(offsets(ReadRange.builder().addTypes("odd").build()))
                .hasSize(375)
                .startsWith(3L)
                .endsWith(751L);
    }

    @Test
    void should_say_why_it_cannot_record_or_write() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> RecordedLog.of(List.of()).writeTo(file.resolve("below.yaml")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("log cannot be written: " + file.resolve("below.yaml"));
        engine.close();
        assertThatThrownBy(() -> RecordedLog.record(streams, PATH, ReadRange.all()))
                .isInstanceOf(StreamException.class);
    }

    private void append(String payload) {
        streams.append(
                        PATH,
                        EventInput.builder()
                                .type("noted")
                                .payload(JsonCodec.parse(payload))
                                .metadata(JsonCodec.parse("{\"from\": \"test\"}"))
                                .build())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private List<Event> stored() {
        return streams.read(PATH, ReadRange.all())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private List<Long> offsets(ReadRange range) {
        return RecordedLog.record(streams, PATH, range).events().stream()
                .map(Event::offset)
                .toList();
    }

    private static String payload(RecordedLog log) {
        return log.events().get(0).payloadJson().toString();
    }

    private static String json(Event event) {
        return JsonCodec.toTree(event).toString();
    }
}
