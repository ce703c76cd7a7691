package dev.millrace.core.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventName;
import dev.millrace.core.JsonCodec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvidedEventTest {
    @EventName(value = "reminder-set", aliases = "remind")
    record ReminderSet(String text, int seconds) {}

    @EventName("https://events.iterate.com/events/stream/reminder/internal/set")
    record InternalReminder(String text) {}

    @EventName("millrace/reminder-lost")
    record ReminderLost(String text) {}

    @EventName("https://example.org/Odd type")
    record Odd(String text) {}

    private final ProvidedEvent<ReminderSet> event = ProvidedEvent.of(ReminderSet.class);

    private static List<String> problems(ProvidedEvent<?> event, String json) {
        return event.problems(JsonCodec.parse(json.replace('\'', '"')), PayloadCheck.NONE);
    }

    @Test
    void should_activate_nothing_and_take_append_by_default() {
        assertThat(event.isActivating()).isFalse();
        assertThat(event.operation()).isEqualTo(Operation.APPEND);
        assertThat(event.schema()).isEmpty();
        assertThat(event.type().spellings()).containsExactlyInAnyOrder("reminder-set", "remind");
        assertThat(event.fields()).containsExactly("text", "seconds");
        assertThat(event.payload()).isEqualTo(ReminderSet.class);
    }

    @Test
    void should_return_a_new_value_from_each_setting() {
        JsonNode schema = JsonCodec.parse("{\"type\":\"object\"}");
        ProvidedEvent<ReminderSet> set =
                event.activating().withOperation(Operation.CONTROL).withSchema(schema);

        assertThat(set.isActivating()).isTrue();
        assertThat(set.operation()).isEqualTo(Operation.CONTROL);
        assertThat(set.schema()).contains(schema);
        assertThat(event.isActivating()).isFalse();
    }

    @Test
    void should_refuse_unknown_fields_by_default() {
        assertThat(problems(event, "{'text':'t','seconds':1,'x':1}")).containsExactly("payload.x: unknown field");
        assertThat(problems(event.ignoringUnknownFields(), "{'text':'t','seconds':1,'x':1}"))
                .isEmpty();
        assertThat(problems(event.ignoringUnknownFields(), "{'text':'t','seconds':'1'}"))
                .containsExactly("payload.seconds: expected an integer, got \"1\"");
    }

    @Test
    void should_check_the_rule_only_for_payloads_that_were_read() {
        ProvidedEvent<ReminderSet> ruled = event.withRule((set, host) ->
                set.seconds() > 0 ? List.of() : List.of("payload.seconds: expected 1 or more, got " + set.seconds()));

        assertThat(problems(ruled, "{'text':'t','seconds':1}")).isEmpty();
        assertThat(problems(ruled, "{'text':'t','seconds':0}"))
                .containsExactly("payload.seconds: expected 1 or more, got 0");
        assertThat(problems(ruled, "{'text':5,'seconds':0}")).containsExactly("payload.text: expected a string, got 5");
    }

    @Test
    void should_let_a_rule_ask_the_host_about_an_event_inside() {
        ProvidedEvent<ReminderSet> asking =
                event.withRule((set, host) -> host.problems("inner", JsonCodec.toTree(set)));

        assertThat(asking.problems(
                        JsonCodec.parse("{\"text\":\"t\",\"seconds\":1}"),
                        (type, payload) -> List.of(type + ": " + payload)))
                .containsExactly("inner: {\"text\":\"t\",\"seconds\":1}");
    }

    @ParameterizedTest
    @CsvSource({
        "ReminderSet, reminder-set",
        "InternalReminder, reminder-internal-set",
        "ReminderLost, reminder-lost",
        "Odd, https---example.org-Odd-type"
    })
    void should_look_for_its_page_by_its_type(String payload, String file) throws Exception {
        Class<?> type = Class.forName(ProvidedEventTest.class.getName() + "$" + payload);

        assertThat(ProvidedEvent.of(type).page()).isEqualTo("META-INF/millrace/events/" + file + ".md");
    }

    @Test
    void should_refuse_invalid_settings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> event.withOperation(Operation.READ))
                .withMessageContaining("event type 'reminder-set' cannot take 'read'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> event.withSchema(JsonCodec.parse("[]")))
                .withMessageContaining("schema of event type 'reminder-set' must be an object");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProvidedEvent.of(String.class))
                .withMessageContaining("has no @EventName");
    }
}
