package dev.millrace.core.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import org.junit.jupiter.api.Test;

class EventDraftTest {
    @EventName("said")
    record Said(String text) {}

    @Test
    void should_be_for_the_own_stream_under_the_name_of_the_payload() {
        EventDraft draft = EventDraft.of(new Said("hi"));

        assertThat(draft.to()).isEqualTo(".");
        assertThat(draft.name()).isEmpty();
        assertThat(draft.because()).isEmpty();
        assertThat(draft.input().type()).isEqualTo("said");
        assertThat(draft.input().payload()).isEqualTo(JsonCodec.parse("{\"text\":\"hi\"}"));
    }

    @Test
    void should_take_inputs_and_drafts_as_they_are() {
        EventInput input = EventInput.ofType("t");
        EventDraft draft = EventDraft.of(input).to("./child").named("2nd").because(4);

        assertThat(draft.input()).isSameAs(input);
        assertThat(EventDraft.of(draft)).isSameAs(draft);
        assertThat(draft.to()).isEqualTo("./child");
        assertThat(draft.name()).contains("2nd");
        assertThat(draft.because()).contains(new CausingOffset(4));
    }

    @Test
    void should_refuse_payloads_without_a_name_and_reasons_that_are_no_event() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventDraft.of(7))
                .withMessageContainingAll("java.lang.Integer", "@EventName");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventDraft.of(new Said("hi")).because(0))
                .withMessageContainingAll("got 0", "launch nothing");
    }
}
