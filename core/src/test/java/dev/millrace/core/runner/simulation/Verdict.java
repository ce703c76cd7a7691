package dev.millrace.core.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.runner.simulation.Ledger.Entry;
import java.util.List;

/** A check that all accepted work was finished exactly once. */
final class Verdict {
    private Verdict() {}

    /**
     * Every question has one answer or, if its effect always fails, one {@code effect-failed} event. A runner that
     * could not reach the service for long may have recorded a failure instead, or in addition, if the answer to its
     * append was lost.
     */
    static void on(Log log, int retries) {
        List<Event> events = log.events().stream()
                .map(event -> event.decodedBy(Ledger.EVENTS))
                .toList();
        for (Event event : events) {
            if (event.payload() instanceof Entry.Asked asked) {
                boolean hopeless = asked.failures() > retries;
                long answers = answers(asked, events);
                long deadLetters = deadLetters(event.offset(), events);
                long unreached = events.stream()
                        .filter(letter -> isDeadLetter(letter, event.offset()))
                        .filter(letter ->
                                letter.payloadJson().path("message").asText().contains(Network.LOST))
                        .count();
                assertThat(answers)
                        .as("answers to %s at %s", asked, event.offset())
                        .isBetween(hopeless ? 0L : 1 - unreached, hopeless ? 0L : 1L);
                assertThat(deadLetters)
                        .as("dead letters for %s at %s", asked, event.offset())
                        .isBetween(hopeless ? 1L : 0L, hopeless ? 1L : unreached)
                        .isLessThanOrEqualTo(1);
            }
        }
        assertThat(events.stream().flatMap(event -> event.idempotencyKey().stream()))
                .as("keys")
                .doesNotHaveDuplicates();
    }

    static long answers(Entry.Asked asked, List<Event> events) {
        return events.stream()
                .filter(event -> event.payload() instanceof Entry.Answered answered && answered.id() == asked.id())
                .count();
    }

    static long deadLetters(long offset, List<Event> events) {
        return events.stream().filter(event -> isDeadLetter(event, offset)).count();
    }

    private static boolean isDeadLetter(Event event, long offset) {
        return BuiltInType.EFFECT_FAILED.matches(event.type())
                && event.payloadJson().at("/source/offset").asLong() == offset;
    }
}
