package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.fixture.ProcessorFixture;
import dev.millrace.testkit.log.MalformedLogException;
import dev.millrace.testkit.log.RecordedLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mistake in a payload is an error of every replay of a log, unless the log says that it is meant. */
class MalformedPayloadInLogTest {
    /** An item. */
    record Item(String name) {}

    /** An order. */
    @EventName("ordered")
    record Ordered(long total, Optional<String> note, List<Item> items) {}

    /** The sum of the orders, and how many payloads did not fit. */
    record Sum(long total, int malformed) {}

    /** Adds the orders. */
    private static final class Adder implements Processor<Sum> {
        @Override
        public String slug() {
            return "adder";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Ordered.class).upcast("bought", "ordered", old -> old.put("total", 1));
        }

        @Override
        public Sum initialState() {
            return new Sum(0, 0);
        }

        @Override
        public Sum reduce(Sum sum, Event event) {
            if (event.payload() instanceof Ordered ordered) {
                return new Sum(sum.total() + ordered.total(), sum.malformed());
            }
            return event.payload() instanceof MalformedPayload ? new Sum(sum.total(), sum.malformed() + 1) : sum;
        }
    }

    private static final List<Consumer<RecordedLog>> REPLAYS = List.of(
            log -> assertThat(new Adder()).isPureOver(log),
            log -> assertThat(new Adder()).foldsTo(log, new Sum(0, 1)),
            log -> StateTimeline.of(new Adder(), log),
            log -> ProcessorFixture.of(new Adder()).givenLog(log).thenNothingAppended());

    private static String ordered(String payload) {
        return "---\ntype: other\n---\ntype: ordered\npayload: " + payload + "\n";
    }

    private static String recorded(String payload) {
        return ordered(payload) + "offset: 2\ncreatedAt: 2026-01-01T00:00:01.000Z\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{totl: 5, items: []}                        | total",
                "{total: 5, nte: x, items: []}               | nte",
                "{total: 5, items: [{name: a}, {nam: b}]}    | items[1].nam",
                "{items: []}                                 | total",
                "{total: many, items: []}                    | total",
                "{total: 5, items: {}}                       | items",
            })
    void should_refuse_a_mistake_in_a_payload_that_was_written_by_hand(String payload, String field) {
        RecordedLog log = RecordedLog.parse(ordered(payload), "orders.yaml");

        REPLAYS.forEach(replay -> assertThatThrownBy(() -> replay.accept(log))
                .isInstanceOf(MalformedLogException.class)
                .hasMessageStartingWith(
                        "orders.yaml:4:1: the payload of ordered at /test@2 does not fit its class: " + field)
                .hasMessageContaining("'malformed: true'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{totl: 5, items: []}", "{total: 5, nte: x, items: []}", "{total: many, items: []}"})
    void should_replay_a_payload_that_is_meant_not_to_fit(String payload) {
        RecordedLog log = RecordedLog.parse(ordered(payload) + "malformed: true\n", "orders.yaml");

        assertThat(new Adder()).isPureOver(log);
        assertThat(new Adder())
                .isPureOver(RecordedLog.parse(ordered(payload), "orders.yaml").allowingMalformed());
        StateTimeline.of(new Adder(), log);
        ProcessorFixture.of(new Adder()).givenLog(log).thenNothingAppended();
    }

    @Test
    void should_ignore_an_unknown_field_of_a_recorded_event_but_no_other_mistake() {
        RecordedLog newer = RecordedLog.parse(recorded("{total: 5, discount: 2, items: []}"), "orders.yaml");
        RecordedLog wrong = RecordedLog.parse(recorded("{totl: 5, items: []}"), "orders.yaml");

        assertThat(new Adder()).foldsTo(newer, new Sum(5, 0));
        assertThatThrownBy(() -> assertThat(new Adder()).isPureOver(wrong))
                .isInstanceOf(MalformedLogException.class)
                .hasMessageContaining("total");
        assertThat(new Adder()).foldsTo(wrong.allowingMalformed(), new Sum(0, 1));
    }

    @Test
    void should_accept_a_stored_text_and_the_old_form_of_a_payload() {
        assertThat(new Adder()).foldsTo(RecordedLog.parse(recorded("\"not an object\""), "orders.yaml"), new Sum(0, 1));
        String old = "---\ntype: bought\npayload: {price: 3, items: []}\n";
        assertThat(new Adder()).foldsTo(RecordedLog.parse(old, "orders.yaml"), new Sum(1, 0));
    }

    @Test
    void should_take_the_events_of_a_list_as_they_are() {
        List<Event> events = RecordedLog.parse(ordered("{totl: 5, items: []}"), "orders.yaml")
                .events();

        assertThat(new Adder()).isPureOver(events);
        assertThat(new Adder()).foldsTo(RecordedLog.of(events), new Sum(0, 1));
    }

    @Test
    void should_keep_in_a_file_what_is_meant(@TempDir Path directory) {
        Path file = directory.resolve("orders.yaml");
        RecordedLog.parse(ordered("{totl: 5, items: []}") + "malformed: true\n", "orders.yaml")
                .writeTo(file);

        assertThat(new Adder()).foldsTo(RecordedLog.read(file), new Sum(0, 1));
        assertThatThrownBy(() -> RecordedLog.parse("---\ntype: a\nmalformed: maybe\n", "a.yaml"))
                .hasMessage("a.yaml:3:12: malformed must be true or false, got \"maybe\"");
    }
}
