package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.ScriptedStreams;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailureEventsTest {
    private static final StreamPath OWN = StreamPath.of("/own");
    private static final ProducerIdentity CHAT = new ProducerIdentity("chat", 2, OWN, "i1");

    static Stream<EventDraft> drafts() {
        return Stream.of(
                FailureEvents.effectFailed(CHAT, 7, failure("model is away"), 4, Optional.empty()),
                FailureEvents.effectFailed(CHAT, 7, failure("model is away"), 1, Optional.of("reply")),
                FailureEvents.halted(CHAT, 7, failure("model is away")),
                FailureEvents.malformed(CHAT, 7, new MalformedPayload("said", JsonCodec.parse("{}"), "text: missing")));
    }

    @ParameterizedTest
    @MethodSource("drafts")
    void should_write_what_the_service_and_every_reader_understand(EventDraft draft) {
        BuiltInType type = BuiltInType.of(draft.input().type()).orElseThrow();

        assertThat(type.problems(draft.input().payload())).isEmpty();
        assertThat(EventCatalog.of(StreamEvent.class)
                        .decode(draft.input().type(), draft.input().payload()))
                .isInstanceOf(StreamEvent.class);
        assertThat(FailureEvents.isOwnFailure(stored(draft), "chat")).isTrue();
        assertThat(FailureEvents.isOwnFailure(stored(draft), "breaker")).isFalse();
    }

    @Test
    void should_say_who_failed_at_what_and_how_often() {
        EventDraft draft = FailureEvents.effectFailed(CHAT, 7, failure("model is away"), 1, Optional.of("reply"));

        assertThat(draft.name()).contains("reply");
        assertThat(EventCatalog.of(StreamEvent.class)
                        .decode(draft.input().type(), draft.input().payload()))
                .isEqualTo(new StreamEvent.EffectFailed(
                        "chat",
                        2,
                        new StreamEvent.Source("/own", 7),
                        "IllegalStateException: model is away",
                        1,
                        Optional.of("reply")));
    }

    @Test
    void should_halt_once_for_each_version() {
        assertThat(FailureEvents.halted(CHAT, 7, failure("model is away")).name())
                .contains("v2");
    }

    @Test
    void should_shorten_a_message_that_is_too_long_and_name_the_class_of_one_that_is_missing() {
        EventDraft endless = FailureEvents.halted(CHAT, 7, failure("x".repeat(100_000)));

        assertThat(endless.input().payload().path("message").textValue())
                .hasSize(2001)
                .endsWith("…");
        assertThat(FailureEvents.describe(new IllegalStateException())).isEqualTo("IllegalStateException");
        assertThat(FailureEvents.describe(failure(" "))).isEqualTo("IllegalStateException");
    }

    @Test
    void should_not_take_other_events_that_name_the_processor_for_its_failures() {
        EventDraft attached =
                EventDraft.of(new StreamEvent.ProcessorAttached("chat", Optional.empty(), Optional.empty()));

        assertThat(FailureEvents.isOwnFailure(stored(attached), "chat")).isFalse();
    }

    @ParameterizedTest
    @MethodSource("drafts")
    void should_not_believe_a_payload_without_provenance(EventDraft draft) {
        Event forged = ScriptedStreams.event(OWN, 8, draft.input());

        assertThat(FailureEvents.isOwnFailure(forged, "chat")).isFalse();
        assertThat(FailureEvents.claimsOwnFailure(forged, "chat")).isTrue();
        assertThat(FailureEvents.claimsOwnFailure(forged, "breaker")).isFalse();
    }

    private static Throwable failure(String message) {
        return new IllegalStateException(message);
    }

    private static Event stored(EventDraft draft) {
        EventInput stamped = EventInput.builder()
                .from(draft.input())
                .metadata(new Provenance("chat", 2, OWN, 7, 1, 0).asMetadata(Optional.empty()))
                .build();
        return ScriptedStreams.event(OWN, 8, stamped);
    }
}
