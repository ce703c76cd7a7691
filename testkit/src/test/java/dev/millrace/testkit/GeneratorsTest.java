package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import dev.millrace.core.Event;
import dev.millrace.core.EventName;
import dev.millrace.core.StreamPath;
import dev.millrace.testkit.log.RecordedLog;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class GeneratorsTest {
    enum Kind {
        BIG,
        SMALL
    }

    record Part(Kind kind, Optional<String> name) {}

    @EventName("assembled")
    record Assembled(List<Part> parts, Map<String, Long> counts, boolean done, double weight, int size) {
        Assembled {
            if (size < 0) {
                throw new IllegalArgumentException("size is not negative");
            }
        }
    }

    @EventName("odd")
    record Odd(Thread thread) {}

    @Test
    void should_give_the_same_for_the_same_seed() {
        Function<Random, Object> payloads = Generators.payloads(ChatEvent.class, Assembled.class);
        for (long seed = 0; seed < 30; seed++) {
            List<Event> log = Generators.log(new Random(seed), 20, payloads).events();

            assertThat(log)
                    .isEqualTo(Generators.log(new Random(seed), 20, payloads).events());
        }
    }

    @Test
    void should_make_logs_that_can_be_written_and_read_again() {
        for (long seed = 0; seed < 40; seed++) {
            List<Event> log = Generators.log(new Random(seed), 20).events();

            assertThat(RecordedLog.parse(RecordedLog.write(log), "seed " + seed).events())
                    .isEqualTo(log);
        }
    }

    @Test
    void should_make_all_members_and_decode_them_again() {
        Set<Class<?>> seen = new HashSet<>();
        for (long seed = 0; seed < 30; seed++) {
            Generators.log(new Random(seed), 20, Generators.payloads(ChatEvent.class)).events().stream()
                    .map(event -> event.decodedBy(new ChatProcessor(history -> new CompletableFuture<>()).events()))
                    .forEach(event -> seen.add(event.payload().getClass()));
        }

        assertThat(seen).contains(ChatEvent.UserSaid.class, ChatEvent.AssistantSaid.class);
    }

    @Test
    void should_find_nothing_against_a_pure_reducer_in_a_plain_loop() {
        ChatProcessor processor = new ChatProcessor(history -> new CompletableFuture<>());
        // region loop
        for (long seed = 0; seed < 5; seed++) {
            assertThat(processor)
                    .as("seed %d", seed)
                    .isPureOver(Generators.log(new Random(seed), 20, Generators.payloads(ChatEvent.class)));
        }
        // endregion
    }

    @Test
    void should_serve_as_generators_of_theories() {
        // region theory
        qt().withExamples(200)
                .forAll(longs().all().map(seed -> Generators.path(new Random(seed))))
                .check(path -> StreamPath.of(path.toString()).equals(path));
        // endregion
    }

    @Test
    void should_say_what_cannot_be_generated() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Generators.payloads(Odd.class).apply(new Random(1)))
                .withMessage(
                        "cannot generate a java.lang.Thread for dev.millrace.testkit.GeneratorsTest$Odd; write your"
                                + " own function for it");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Generators.payloads(Thread.class))
                .withMessageStartingWith("cannot generate a java.lang.Thread: it is neither a record nor sealed");
    }
}
