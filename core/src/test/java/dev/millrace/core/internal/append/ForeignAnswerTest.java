package dev.millrace.core.internal.append;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ScriptedStreams;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForeignAnswerTest {
    private static final StreamPath PATH = StreamPath.of("/a");
    private static final EventInput SENT = by("chat", "said");

    private static EventInput by(String slug, String type) {
        return EventInput.builder()
                .type(type)
                .idempotencyKey("chat/said@/a~i:4")
                .metadata(new Provenance(slug, 1, PATH, 4, 1, 0).asMetadata(Optional.empty()))
                .build();
    }

    private static Optional<StreamException> answer(EventInput stored, boolean replayed) {
        return ForeignAnswer.to(
                OutgoingAppend.of(PATH, SENT).withDerivedKey(true),
                new AppendResult(ScriptedStreams.event(PATH, 7, stored), replayed, replayed));
    }

    private static EventInput claimed(EventInput input) {
        JsonNode metadata = Provenance.claimed(input.metadata().orElseThrow());
        return EventInput.builder().from(input).metadata(metadata).build();
    }

    @Test
    void should_accept_an_event_of_the_same_processor() {
        assertThat(answer(SENT, false)).isEmpty();
        assertThat(answer(SENT, true)).isEmpty();
    }

    @Test
    void should_accept_the_event_of_another_run_with_another_payload() {
        EventInput otherPayload = EventInput.builder()
                .from(SENT)
                .payload(JsonCodec.parse("{\"text\": \"hi\"}"))
                .build();

        assertThat(answer(otherPayload, true)).isEmpty();
    }

    @Test
    void should_refuse_an_event_with_its_own_slug_and_another_type_or_cause_under_a_derived_key() {
        EventInput otherType = by("chat", "another");
        EventInput otherCause = EventInput.builder()
                .from(SENT)
                .metadata(new Provenance("chat", 1, PATH, 5, 1, 0).asMetadata(Optional.empty()))
                .build();

        assertThat(answer(otherType, true))
                .hasValueSatisfying(failure -> assertThat(failure)
                        .hasMessageContaining(
                                "is taken by /a@7, which is another of 'chat' with another type or cause"));
        assertThat(answer(otherCause, true)).isPresent();
        assertThat(ForeignAnswer.to(
                        OutgoingAppend.of(PATH, SENT),
                        new AppendResult(ScriptedStreams.event(PATH, 7, otherType), true, true)))
                .isEmpty(); // a key of the processor's own choice, for example of an outcome
    }

    @Test
    void should_accept_its_own_event_of_another_version() {
        EventInput older = EventInput.builder()
                .from(SENT)
                .metadata(new Provenance("chat", 9, PATH, 4, 1, 0).asMetadata(Optional.empty()))
                .build();

        assertThat(answer(older, true)).isEmpty();
    }

    @Test
    void should_refuse_an_event_of_another_processor_or_of_a_caller() {
        EventInput plain = EventInput.builder().type("taken").build();

        assertThat(answer(by("thief", "taken"), true)).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(Code.CONFLICT);
            assertThat(failure)
                    .hasMessageContaining("append of said by 'chat' to /a is not stored: its key 'chat/said@/a~i:4'"
                            + " is taken by /a@7, which is taken of 'thief'");
        });
        assertThat(answer(plain, true))
                .hasValueSatisfying(
                        failure -> assertThat(failure).hasMessageContaining("which is taken without a processor"));
    }

    @Test
    void should_say_that_the_token_does_not_allow_process() {
        assertThat(answer(claimed(SENT), false)).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(Code.FORBIDDEN);
            assertThat(failure).hasMessageContaining("the token of 'chat' does not allow 'process'");
        });
        assertThat(answer(claimed(SENT), true)).isPresent();
    }

    @Test
    void should_not_judge_appends_that_no_processor_sends() {
        EventInput plain = EventInput.builder().type("said").idempotencyKey("k").build();
        AppendResult answer = new AppendResult(ScriptedStreams.event(PATH, 7, by("thief", "taken")), true, true);

        assertThat(ForeignAnswer.to(OutgoingAppend.of(PATH, plain).withDerivedKey(true), answer))
                .isEmpty();
    }
}
