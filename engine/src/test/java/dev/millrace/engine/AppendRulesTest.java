package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.append.AppendRules;
import dev.millrace.engine.internal.append.PendingRecord;
import dev.millrace.engine.internal.append.SystemEvents;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The append rules on a log in a list; each test begins with a stream that contains {@code initialized}. */
class AppendRulesTest {
    private static final String PAUSED = "{'type':'https://events.iterate.com/events/stream/paused'}";
    private static final String RESUMED = "{'type':'https://events.iterate.com/events/stream/resumed'}";
    private static final StreamKey STREAM = new StreamKey(ProjectSlug.defaultProject(), StreamPath.of("/a"));

    private final InputReader reader = new InputReader(Limits.defaults(), KnownEvents.OF_THE_SERVICE);
    private final List<EventRecord> log = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00.001Z");
    private StreamHead head = new StreamHead("life", 0, Instant.EPOCH, false);

    AppendRulesTest() {
        PendingRecord first =
                SystemEvents.initialized(STREAM, "life", Optional.empty()).after(head, now);
        log.add(first.at(1, STREAM.path()));
        head = first.head();
    }

    @Test
    void should_give_out_offsets_without_gaps() {
        assertThat(append("{'type':'a'}").get(0).event().offset()).isEqualTo(2);
        assertThat(append("{'type':'b'}", "{'type':'c'}", "7"))
                .extracting(answer -> answer.event().offset())
                .containsExactly(3L, 4L, 5L);
        assertThat(log).extracting(EventRecord::offset).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void should_never_let_time_run_backwards() {
        now = Instant.parse("2026-01-01T00:00:05.123999Z");
        assertThat(append("{'type':'a'}").get(0).event().createdAt())
                .isEqualTo(Instant.parse("2026-01-01T00:00:05.123Z"));
        now = Instant.parse("2025-01-01T00:00:00Z");
        assertThat(append("{'type':'b'}").get(0).event().createdAt())
                .isEqualTo(Instant.parse("2026-01-01T00:00:05.123Z"));
    }

    @Test
    void should_answer_a_known_key_with_the_stored_event() {
        AppendedRecord first =
                append("{'type':'a','payload':{'n':1},'idempotencyKey':'k'}").get(0);
        AppendedRecord second =
                append("{'type':'a','payload':{'n':1},'idempotencyKey':'k'}").get(0);

        assertThat(first.replayed()).isFalse();
        assertThat(second.event()).isSameAs(first.event());
        assertThat(second.replayed()).isTrue();
        assertThat(second.diverged()).isFalse();
        assertThat(log).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'a','payload':{'n':1,'m':[2]},'metadata':{'x':1}}       | false",
                "{'payload':{'m':[2e0],'n':1.0},'metadata':{'x':1},'type':' a '} | false",
                "{'type':'a','payload':{'n':1,'m':[2]},'metadata':{'x':1},'offset':77} | false",
                "{'type':'b','payload':{'n':1,'m':[2]},'metadata':{'x':1}}       | true",
                "{'type':'a','payload':{'n':2,'m':[2]},'metadata':{'x':1}}       | true",
                "{'type':'a','payload':{'n':1,'m':[2]},'metadata':{'x':2}}       | true",
                "{'type':'a','payload':{'n':1,'m':[2]}}                          | true",
                "{'type':'a','payload':{'n':1,'m':[2]},'metadata':{'x':1},'source':{'s':1}} | true",
                "{'type':'a','payload':{'n':'1','m':[2]},'metadata':{'x':1}}     | true",
            })
    void should_say_whether_a_repeated_input_says_something_else(String repeated, boolean diverged) {
        append("{'type':'a','payload':{'n':1,'m':[2]},'metadata':{'x':1},'idempotencyKey':'k'}");

        AppendedRecord answer =
                append(repeated.replaceFirst("\\{", "{'idempotencyKey':'k',")).get(0);

        assertThat(answer.replayed()).isTrue();
        assertThat(answer.diverged()).isEqualTo(diverged);
    }

    @Test
    void should_answer_a_known_key_before_every_other_check() {
        append("{'type':'a','idempotencyKey':'k'}");
        append(PAUSED);

        assertThat(append("{'type':'b','idempotencyKey':'k','offset':99}")
                        .get(0)
                        .event()
                        .offset())
                .isEqualTo(2);
        assertThat(append("{'type':'https://events.iterate.com/initialized','idempotencyKey':'k',"
                                + "'payload':{'projectSlug':'p','path':'/a'}}")
                        .get(0)
                        .replayed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://events.iterate.com/events/stream/initialized",
                "events.iterate.com/core/stream-first-initialized",
                "events.iterate.com/stream/created",
                "https://events.iterate.com/initialized"
            })
    void should_refuse_a_second_initialized_in_any_spelling(String type) {
        refused(
                Code.BAD_REQUEST,
                "stream-initialized may only be appended once",
                "{'type':'" + type + "','payload':{'projectSlug':'public','path':'/a'},'offset':99}");
    }

    @Test
    void should_refuse_a_first_event_whatever_its_payload_is() {
        for (String payload : List.of("{'projectId':'p','path':'/a'}", "{'namespace':'p','path':'/a'}", "{}")) {
            refused(
                    Code.BAD_REQUEST,
                    "stream-initialized may only be appended once",
                    "{'type':'events.iterate.com/stream/created','payload':" + payload + "}");
        }
    }

    @Test
    void should_accept_only_the_next_offset_as_a_precondition() {
        append("{'type':'a','offset':2}");
        append("{'type':'a','offset':'3'}");

        refused(
                Code.OFFSET_MISMATCH,
                "supplied offset 3 is not the next generated offset 4",
                "{'type':'a','offset':3}");
        refused(Code.OFFSET_MISMATCH, "next generated offset 4", "{'type':'a','offset':5}");
    }

    @Test
    void should_check_the_offset_before_the_pause() {
        append(PAUSED);

        refused(Code.OFFSET_MISMATCH, "next generated offset", "{'type':'a','offset':2}");
        refused(Code.PAUSED, "stream is paused", "{'type':'a','offset':3}");
    }

    @Test
    void should_accept_nothing_but_resumed_while_paused() {
        append(PAUSED);

        refused(Code.PAUSED, "stream is paused", "{'type':'a'}");
        refused(Code.PAUSED, "stream is paused", PAUSED);
        refused(Code.PAUSED, "stream is paused", "'not even an event'");
        append("{'type':'events.iterate.com/core/resumed','payload':{'reason':'go on'}}");
        append("{'type':'a'}");
        append(RESUMED);
        assertThat(log).hasSize(5);
    }

    @Test
    void should_not_pause_for_a_broken_paused_event() {
        append("{'type':'https://events.iterate.com/events/stream/paused','payload':{'because':1}}");

        append("{'type':'a'}");
        assertThat(log).hasSize(3);
    }

    @Test
    void should_refuse_a_whole_batch_for_one_of_its_events() {
        refused(Code.PAUSED, "/a (event 2 of 2); the stream is paused", PAUSED, "{'type':'a'}");
        refused(Code.OFFSET_MISMATCH, "(event 3 of 3)", "{'type':'a'}", "{'type':'b'}", "{'type':'c','offset':3}");
    }

    @Test
    void should_evaluate_a_batch_in_order() {
        append(PAUSED);

        assertThat(append(RESUMED, "{'type':'a','offset':4}", "'broken'", PAUSED))
                .hasSize(4);
        assertThat(head.paused()).isTrue();
        assertThat(head.lastOffset()).isEqualTo(6);
    }

    @Test
    void should_know_a_key_within_its_own_batch() {
        append("{'type':'old','idempotencyKey':'o'}");

        List<AppendedRecord> answers = append(
                "{'type':'a','idempotencyKey':'k'}",
                "{'type':'b','idempotencyKey':'k','offset':1}",
                "{'type':'old','idempotencyKey':'o'}",
                "{'type':'c'}");

        assertThat(answers).extracting(answer -> answer.event().offset()).containsExactly(3L, 3L, 2L, 4L);
        assertThat(answers).extracting(AppendedRecord::replayed).containsExactly(false, true, true, false);
        assertThat(answers).extracting(AppendedRecord::diverged).containsExactly(false, true, false, false);
    }

    private List<AppendedRecord> append(String... sent) {
        AppendRules.Decision decision =
                AppendRules.decide(STREAM, head, reader.read(STREAM.path(), Json.all(sent)), this::find, now);
        List<EventRecord> records = new ArrayList<>();
        for (PendingRecord entry : decision.entries()) {
            records.add(entry.at(log.size() + 1L, STREAM.path()));
            head = entry.head();
        }
        log.addAll(records);
        return decision.answers().stream()
                .map(answer -> answer.with(records, record -> record))
                .toList();
    }

    private Optional<EventRecord> find(String key) {
        return log.stream()
                .filter(record -> record.idempotencyKey().equals(Optional.of(key)))
                .findFirst();
    }

    private void refused(Code code, String why, String... sent) {
        StreamHead before = head;
        assertThatThrownBy(() -> append(sent)).isInstanceOfSatisfying(StreamException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e).hasMessageStartingWith("append refused: /a").hasMessageContaining(why);
        });
        assertThat(head).isEqualTo(before);
    }
}
