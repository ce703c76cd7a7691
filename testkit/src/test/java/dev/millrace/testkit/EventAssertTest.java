package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static dev.millrace.testkit.MillraceAssertions.assertThatEvents;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.testkit.log.RecordedLog;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class EventAssertTest {
    private static final List<Event> EVENTS = RecordedLog.parse("""
                    streamPath: /agents/1
                    type: noted
                    payload: {text: n1}
                    idempotencyKey: k
                    offset: 4
                    metadata:
                      millrace:
                        processor: echo
                        version: 1
                        source: {path: /agents/1, offset: 3}
                        depth: 1
                        hops: 0
                    ---
                    type: noted
                    payload: {text: n2}
                    """, "x").events();
    private static final Event FIRST = EVENTS.get(0);

    private static String message(ThrowingCallable failing) {
        Throwable thrown = catchThrowable(failing);
        assertThat(thrown).isInstanceOf(AssertionError.class);
        return String.valueOf(thrown.getMessage());
    }

    @Test
    void should_pass_when_all_is_as_expected() {
        assertThat(FIRST)
                .hasType("noted")
                .hasPayload(new Note("n1"))
                .hasPayloadJson("{\"text\": \"n1\"}")
                .hasOffset(4)
                .isOn("/agents/1")
                .hasIdempotencyKey("k")
                .wasCausedBy("echo", 3);
        assertThatEvents(EVENTS)
                .hasSize(2)
                .haveTypes("noted", "noted")
                .havePayloads(new Note("n1"), new Note("n2"))
                .first()
                .hasOffset(4);
        assertThatEvents(EVENTS).filteredOn(event -> event.offset() > 4).hasSize(1);
    }

    @Test
    void should_say_what_is_wrong_with_an_event() {
        assertThat(message(() -> assertThat(FIRST).hasType("other")))
                .isEqualTo("Type of noted at /agents/1@4: expected other but was noted");
        assertThat(message(() -> assertThat(FIRST).hasPayload(new Note("x"))))
                .isEqualTo(
                        "noted at /agents/1@4 is another event; first difference at $.payload.text: expected \"x\" but"
                                + " was \"n1\"");
        assertThat(message(() -> assertThat(FIRST).hasPayload(EventInput.ofType("b"))))
                .contains("$.type: expected \"b\" but was \"noted\"");
        assertThat(message(() -> assertThat(FIRST).hasPayloadJson("{\"text\":\"n1\",\"more\":1}")))
                .contains("$.more: expected 1 but was nothing");
        assertThat(message(() -> assertThat(FIRST).hasOffset(5)))
                .isEqualTo("Offset of noted at /agents/1@4: expected 5");
        assertThat(message(() -> assertThat(FIRST).isOn("/b")))
                .isEqualTo("Stream of noted at /agents/1@4: expected /b");
        assertThat(message(() -> assertThat(EVENTS.get(1)).hasIdempotencyKey("k")))
                .isEqualTo("Idempotency key of noted at /agents/1@5: expected k but was nothing");
        assertThat(message(() -> assertThat(EVENTS.get(1)).wasCausedBy("echo", 4)))
                .isEqualTo("Provenance of noted at /agents/1@5: expected processor 'echo' and source offset 4 but was"
                        + " nothing");
        assertThat(message(() -> assertThat(FIRST).wasCausedBy("echo", 4)))
                .contains("but was Provenance[processor=echo");
    }

    @Test
    void should_show_both_lists_of_events() {
        assertThat(message(() -> assertThatEvents(EVENTS).havePayloads(new Note("n1"), new Note("x"))))
                .isEqualTo("""
                        Events, expected:
                          1. noted {"text":"n1"}
                          2. noted {"text":"x"}
                        but was:
                          1. noted {"text":"n1"}
                          2. noted {"text":"n2"}
                        first difference at event 2, $.payload.text: expected "x" but was "n2\"""");
        assertThat(message(() -> assertThatEvents(EVENTS).havePayloads(new Note("n1"))))
                .endsWith("unexpected from event 2 on");
        assertThat(message(() -> assertThatEvents(EVENTS).haveTypes("noted")))
                .isEqualTo("Types of the events: expected [noted] but was [noted, noted]");
    }

    @Test
    void should_keep_the_description_of_the_test() {
        assertThat(message(() -> assertThat(FIRST).as("the answer").hasType("x")))
                .startsWith("[the answer] ");
    }
}
