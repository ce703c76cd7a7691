package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KnownEventsTest {
    @EventName(value = "https://events.iterate.com/events/stream/note-kept", aliases = "note")
    record NoteKept(String text) {}

    @EventName("https://events.iterate.com/events/stream/paused")
    record PausedForANote(String reason) {}

    private record Provider(String name, List<ProvidedEvent<?>> events) implements ProcessorProvider {
        Provider(String name, ProvidedEvent<?>... events) {
            this(name, List.of(events));
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            throw new UnsupportedOperationException();
        }
    }

    private static final ProvidedEvent<NoteKept> NOTE = ProvidedEvent.of(NoteKept.class);

    private static List<String> problems(KnownEvents known, String type, String payload) {
        return known.problems(type, JsonCodec.parse(payload.replace('\'', '"')));
    }

    @ParameterizedTest
    @EnumSource
    void should_say_for_every_type_of_the_service_what_it_takes(BuiltInType type) {
        Operation operation = KnownEvents.OF_THE_SERVICE.operation(type.type());

        assertThat(operation).isIn(Operation.APPEND, Operation.PROCESS, Operation.CONTROL);
        assertThat(type.spellings())
                .allSatisfy(spelling -> assertThat(KnownEvents.OF_THE_SERVICE.operation(spelling))
                        .isEqualTo(operation));
    }

    @Test
    void should_know_the_full_name_of_a_short_one() {
        KnownEvents known = KnownEvents.of(List.of(new Provider("notes", NOTE)));

        assertThat(known.fullName("paused")).contains(BuiltInType.PAUSED.type());
        assertThat(known.fullName("processor-attached")).contains("millrace/processor-attached");
        assertThat(known.fullName("note-kept")).contains("https://events.iterate.com/events/stream/note-kept");
        assertThat(known.fullName(BuiltInType.PAUSED.type())).isEmpty();
        assertThat(known.fullName("order-placed")).isEmpty();
        assertThat(KnownEvents.OF_THE_SERVICE.fullName("note-kept")).isEmpty();
    }

    @Test
    void should_ask_for_control_of_what_steers_a_stream() {
        assertThat(KnownEvents.OF_THE_SERVICE.operation("events.iterate.com/core/stream-paused"))
                .isEqualTo(Operation.CONTROL);
        assertThat(KnownEvents.OF_THE_SERVICE.operation("millrace/processor-attached"))
                .isEqualTo(Operation.CONTROL);
        assertThat(KnownEvents.OF_THE_SERVICE.operation("https://events.iterate.com/metadata-updated"))
                .isEqualTo(Operation.APPEND);
        assertThat(KnownEvents.OF_THE_SERVICE.operation("said")).isEqualTo(Operation.APPEND);
        assertThat(KnownEvents.OF_THE_SERVICE.spellings(Operation.CONTROL))
                .contains("https://events.iterate.com/paused")
                .doesNotContain("https://events.iterate.com/metadata-updated", "millrace/lease-claimed");
        assertThat(KnownEvents.OF_THE_SERVICE.spellings(Operation.PROCESS))
                .containsExactlyInAnyOrder(
                        "millrace/lease-claimed",
                        "millrace/lease-renewed",
                        "millrace/lease-released",
                        "millrace/progress-saved");
        assertThat(KnownEvents.OF_THE_SERVICE.spellings(Operation.DEPLOY)).isEmpty();
    }

    @Test
    void should_check_and_guard_what_a_provider_brings_in_every_spelling() {
        KnownEvents known = KnownEvents.of(List.of(new Provider("notes", NOTE.withOperation(Operation.DEPLOY))));

        for (String spelling : NOTE.type().spellings()) {
            assertThat(problems(known, spelling, "{'text':5}"))
                    .containsExactly("payload.text: expected a string, got 5");
            assertThat(problems(known, spelling, "{'text':'t'}")).isEmpty();
            assertThat(known.operation(spelling)).isEqualTo(Operation.DEPLOY);
        }
        assertThat(known.spellings(Operation.DEPLOY))
                .containsExactlyInAnyOrderElementsOf(NOTE.type().spellings());
        assertThat(problems(known, "note", "{'text':5}")).isEmpty();
    }

    @Test
    void should_allow_a_type_what_its_provider_says_up_to_the_limit_for_large_events() {
        Limits limits = Limits.builder().eventBytes(100).largeEventBytes(300).build();
        String note = NOTE.type().name();

        assertThat(KnownEvents.OF_THE_SERVICE.maxBytes(note, limits)).isEqualTo(100);
        assertThat(maxBytes(limits, NOTE)).isEqualTo(100);
        assertThat(maxBytes(limits, NOTE.withMaxBytes(50))).isEqualTo(100);
        assertThat(maxBytes(limits, NOTE.withMaxBytes(200).activating())).isEqualTo(200);
        assertThat(maxBytes(limits, NOTE.withMaxBytes(400))).isEqualTo(300);
        assertThat(maxBytes(limits, NOTE, NOTE.withMaxBytes(200))).isEqualTo(200);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NOTE.withMaxBytes(0))
                .withMessageContaining("must have 1 byte or more, got 0");
    }

    @Test
    void should_never_allow_large_events_less_than_others() {
        Limits limits = Limits.builder().eventBytes(8 << 20).build();

        assertThat(limits.largeEventBytes()).isEqualTo(8 << 20);
        assertThat(maxBytes(limits, NOTE.withMaxBytes(9 << 20))).isEqualTo(8 << 20);
    }

    private static int maxBytes(Limits limits, ProvidedEvent<?>... events) {
        KnownEvents known = KnownEvents.of(List.of(new Provider("notes", events)));
        assertThat(known.maxBytes("said", limits)).isEqualTo(limits.eventBytes());
        return known.maxBytes(NOTE.type().spellings().iterator().next(), limits);
    }

    @Test
    void should_apply_the_checks_of_all_providers_and_the_strictest_operation() {
        KnownEvents known = KnownEvents.of(List.of(
                new Provider(
                        "short",
                        NOTE.withOperation(Operation.CONTROL)
                                .withRule((note, host) -> note.text().length() > 3
                                        ? List.of("payload.text: expected at most 3 characters")
                                        : List.of())),
                new Provider("plain", NOTE.ignoringUnknownFields())));

        assertThat(known.operation(NOTE.type().name())).isEqualTo(Operation.CONTROL);
        assertThat(problems(known, NOTE.type().name(), "{'text':'long'}"))
                .containsExactly("payload.text: expected at most 3 characters");
    }

    @Test
    void should_tell_the_rule_of_an_event_what_an_event_inside_it_takes() {
        KnownEvents known = KnownEvents.of(List.of(
                new Provider(
                        "notes",
                        NOTE.withRule((note, host) -> List.of(
                                "payload.text: " + host.operation(note.text()).word()))),
                new Provider("paused", ProvidedEvent.of(PausedForANote.class).withOperation(Operation.DEPLOY))));

        assertThat(problems(known, NOTE.type().name(), "{'text':'https://events.iterate.com/events/stream/paused'}"))
                .containsExactly("payload.text: deploy");
    }

    @Test
    void should_keep_its_own_checks_of_a_type_of_the_service() {
        KnownEvents known = KnownEvents.of(List.of(new Provider("notes", ProvidedEvent.of(PausedForANote.class))));

        assertThat(known.operation("events.iterate.com/core/stream-paused")).isEqualTo(Operation.CONTROL);
        assertThat(problems(known, "https://events.iterate.com/paused", "{}"))
                .containsExactly("payload.reason: expected a string, got nothing");
        assertThat(problems(known, "https://events.iterate.com/paused", "{'x':1,'reason':'r'}"))
                .contains("payload.x: unknown field");
    }

    @Test
    void should_keep_an_event_as_invalid_whose_check_fails() {
        KnownEvents known = KnownEvents.of(List.of(new Provider("broken", NOTE.withRule((note, host) -> {
            throw new IllegalStateException("no dictionary");
        }))));

        assertThat(problems(known, NOTE.type().name(), "{'text':'t'}"))
                .containsExactly("payload: the check by the processor 'broken' failed:"
                        + " java.lang.IllegalStateException: no dictionary");
    }

    @Test
    void should_begin_every_line_with_the_payload() {
        KnownEvents known =
                KnownEvents.of(List.of(new Provider("sloppy", NOTE.withRule((note, host) -> List.of("too short")))));

        assertThat(problems(known, NOTE.type().name(), "{'text':'t'}")).containsExactly("payload: too short");
    }

    @Test
    void should_check_an_event_inside_an_event_but_not_deeper() {
        KnownEvents known = KnownEvents.of(List.of(new Provider(
                "nested",
                NOTE.withRule((note, host) -> host.problems(NOTE.type().name(), JsonCodec.parse("{\"text\":\"t\"}"))
                                .isEmpty()
                        ? List.of("payload.text: asked " + note.text())
                        : List.of("payload.text: outer")))));

        assertThat(problems(known, NOTE.type().name(), "{'text':'t'}")).containsExactly("payload.text: outer");
    }
}
