package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentDecision.Command;
import dev.millrace.processors.agent.AgentDecision.DeclareLost;
import dev.millrace.processors.agent.AgentDecision.GiveUp;
import dev.millrace.processors.agent.AgentDecision.Interrupt;
import dev.millrace.processors.agent.AgentDecision.LookAgain;
import dev.millrace.processors.agent.AgentDecision.Schedule;
import dev.millrace.processors.agent.AgentDecision.Situation;
import dev.millrace.processors.agent.AgentDecision.Start;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class AgentDecisionTest {
    private static final Situation NOTHING_KNOWN = new Situation(false, false, false);
    private static final Situation BEHIND = new Situation(true, false, false);
    private static final Situation RUNS = new Situation(false, true, false);
    private static final Situation OWNS_ALL = new Situation(false, false, true);
    private static final Duration MILLISECOND = Duration.ofMillis(1);

    private final AgentLog log = new AgentLog();

    @Test
    void should_do_nothing_without_an_input() {
        assertThat(next(NOTHING_KNOWN)).isEmpty();
        assertThat(next(OWNS_ALL)).isEmpty();
    }

    @Test
    void should_start_a_request_for_the_newest_input() {
        log.user("one");
        long newest = log.user("two");

        assertThat(next(NOTHING_KNOWN)).containsExactly(new Start(newest));
    }

    @Test
    void should_not_start_a_request_before_it_has_seen_the_newest_event() {
        log.user("one");

        assertThat(next(BEHIND)).isEmpty();
    }

    @Test
    void should_schedule_one_request_that_another_program_answers() {
        Situation external = new Situation(false, false, true, false, true);
        long asked = log.user("one");
        assertThat(next(external)).containsExactly(new Schedule(asked));
        long scheduled = log.schedule();
        assertThat(next(external)).isEmpty();

        log.startScheduled(scheduled);

        Instant due = open().silentSince().plus(AgentDecision.LONGEST_SILENCE);
        assertThat(next(external)).containsExactly(new LookAgain(open().newest(), due));
        assertThat(AgentDecision.next(log.state(), due, external)).containsExactly(new DeclareLost(open()));
    }

    @Test
    void should_do_nothing_after_an_answer() {
        log.user("one");
        log.complete(log.start());

        assertThat(next(NOTHING_KNOWN)).isEmpty();
        assertThat(next(OWNS_ALL)).isEmpty();
    }

    @Test
    void should_interrupt_the_open_request_for_a_newer_input_in_every_situation() {
        log.user("one");
        log.start();
        long newer = log.user("two");

        for (Situation here : List.of(NOTHING_KNOWN, BEHIND, RUNS, OWNS_ALL)) {
            assertThat(next(here)).containsExactly(new Interrupt(open(), newer));
        }
    }

    @Test
    void should_judge_no_old_event_by_the_present_time() {
        log.user("one");
        log.start();
        Instant later = now().plus(Duration.ofHours(1));
        assertThat(AgentDecision.next(log.state(), later, BEHIND)).isEmpty();
        log.user("two");

        assertThat(AgentDecision.next(log.state(), later, BEHIND)).isEmpty();
    }

    @Test
    void should_not_interrupt_for_an_input_that_asks_for_no_reply() {
        log.user("one");
        log.start();
        log.add(AgentEvent.InputAdded.as("developer", "note"));

        assertThat(next(RUNS)).isEmpty();
    }

    @Test
    void should_leave_a_request_of_this_process_alone_however_long_it_is_silent() {
        log.user("one");
        log.start();

        assertThat(AgentDecision.next(log.state(), now().plus(Duration.ofDays(1)), RUNS))
                .isEmpty();
    }

    @Test
    void should_declare_a_request_lost_at_once_when_no_other_process_can_send_it() {
        log.user("one");
        log.start();

        assertThat(next(OWNS_ALL)).containsExactly(new DeclareLost(open()));
    }

    @Test
    void should_declare_a_foreign_request_lost_only_after_150_seconds_without_an_event() {
        log.user("one");
        log.start();

        assertLostAfter(Duration.ofSeconds(150));
    }

    @Test
    void should_count_the_silence_from_the_newest_chunk() {
        log.user("one");
        long request = log.start();
        Instant start = now();
        log.chunk(request, 0, "a");
        log.chunk(request, 0, "b");

        assertThat(open().silentSince()).isEqualTo(now()).isAfter(start);
        assertThat(open().newest()).isEqualTo(log.head());
        assertLostAfter(Duration.ofSeconds(150));
    }

    @Test
    void should_count_the_silence_from_the_newest_item() {
        log.user("one");
        log.message(log.start(), 0, "a");

        assertThat(open().newest()).isEqualTo(log.head());
        assertLostAfter(Duration.ofSeconds(150));
    }

    @Test
    void should_count_the_silence_from_the_end_of_a_scheduled_wait() {
        log.user("one");
        log.retryScheduled(log.start(), 60_000);

        assertLostAfter(Duration.ofSeconds(60 + 150));
    }

    @Test
    void should_not_count_events_of_other_requests_as_a_sign_of_life() {
        log.user("one");
        long request = log.start();
        Instant started = now();
        log.chunk(request - 1, 0, "from the dead");
        log.add("of-another-processor", JsonCodec.parse("{}"));

        assertThat(open().silentSince()).isEqualTo(started);
    }

    @Test
    void should_give_up_after_five_requests_for_one_input() {
        log.user("one");
        for (int attempt = 1; attempt < AgentDecision.MOST_ATTEMPTS; attempt++) {
            long request = log.start();
            assertThat(next(OWNS_ALL)).containsExactly(new DeclareLost(open()));
            log.lose(request);
        }
        log.start();

        assertThat(next(OWNS_ALL)).containsExactly(new GiveUp(open()));
        assertThat(AgentDecision.next(log.state(), now().plusSeconds(150), NOTHING_KNOWN))
                .containsExactly(new GiveUp(open()));
    }

    private void assertLostAfter(Duration silence) {
        Instant due = now().plus(silence);
        assertThat(AgentDecision.next(log.state(), due.minus(MILLISECOND), NOTHING_KNOWN))
                .containsExactly(new LookAgain(open().newest(), due));
        assertThat(AgentDecision.next(log.state(), due, NOTHING_KNOWN)).containsExactly(new DeclareLost(open()));
    }

    private List<Command> next(Situation here) {
        return AgentDecision.next(log.state(), now(), here);
    }

    /** The time of the newest event. */
    private Instant now() {
        List<Event> events = log.events();
        return events.isEmpty() ? Instant.EPOCH : events.get(events.size() - 1).createdAt();
    }

    private OpenRequest open() {
        return log.state().open().orElseThrow();
    }
}
