package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class EventTypeTest {
    private static final String PREFIX = "https://events.iterate.com/events/stream/";

    @EventName(
            value = PREFIX + "reminder/set",
            aliases = {"reminder-set", "events.iterate.com/reminders/set"})
    record ReminderSet(String text) {}

    @EventName(value = "note-taken", aliases = "note")
    record NoteTaken(String text) {}

    @Test
    void should_read_a_type_of_the_service_under_each_of_its_prefixes() {
        assertThat(EventType.of(PREFIX + "a/b").spellings())
                .containsExactlyInAnyOrder(
                        PREFIX + "a/b",
                        "https://events.iterate.com/a/b",
                        "events.iterate.com/core/a/b",
                        "events.iterate.com/stream/a/b",
                        "https://events.iterate.com/core/a/b",
                        "https://events.iterate.com/stream/a/b");
    }

    @Test
    void should_leave_every_other_type_with_one_spelling() {
        assertThat(EventType.of("said").spellings()).containsExactly("said");
        assertThat(EventType.of("https://events.iterate.com/said").spellings())
                .containsExactly("https://events.iterate.com/said");
        assertThat(EventType.of("said").matches("Said")).isFalse();
    }

    @Test
    void should_read_an_alias_under_each_prefix_unless_it_is_complete() {
        EventType type = EventType.of(ReminderSet.class);

        assertThat(type.name()).isEqualTo(PREFIX + "reminder/set");
        assertThat(type.matches("events.iterate.com/core/reminder-set")).isTrue();
        assertThat(type.matches("events.iterate.com/reminders/set")).isTrue();
        assertThat(type.matches("reminder-set")).isFalse();
        assertThat(EventType.of(NoteTaken.class).spellings()).containsExactlyInAnyOrder("note-taken", "note");
    }

    @Test
    void should_be_equal_by_name() {
        assertThat(EventType.of("a", "b")).isEqualTo(EventType.of("a")).hasSameHashCodeAs(EventType.of("a"));
        assertThat(EventType.of("a")).isNotEqualTo(EventType.of("b")).hasToString("a");
    }

    @Test
    void should_need_a_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventType.of(String.class))
                .withMessageContaining("java.lang.String has no @EventName");
    }

    @Test
    void should_be_decoded_by_a_catalog_under_every_spelling() {
        EventCatalog catalog = EventCatalog.of(ReminderSet.class, NoteTaken.class);

        for (String spelling : EventType.of(ReminderSet.class).spellings()) {
            assertThat(catalog.decode(spelling, JsonCodec.parse("{\"text\":\"tea\"}")))
                    .isEqualTo(new ReminderSet("tea"));
        }
        assertThat(catalog.decode("note", JsonCodec.parse("{\"text\":\"tea\"}")))
                .isEqualTo(new NoteTaken("tea"));
        assertThat(catalog.types()).containsExactlyInAnyOrder(PREFIX + "reminder/set", "note-taken");
    }

    @Test
    void should_be_upcast_under_every_spelling() {
        EventCatalog catalog = EventCatalog.of(NoteTaken.class).upcast(PREFIX + "noted", "note-taken", old -> old);

        assertThat(catalog.decode("events.iterate.com/core/noted", JsonCodec.parse("{\"text\":\"tea\"}")))
                .isEqualTo(new NoteTaken("tea"));
    }
}
