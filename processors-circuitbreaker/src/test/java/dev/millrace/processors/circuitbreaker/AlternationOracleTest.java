package dev.millrace.processors.circuitbreaker;

import static dev.millrace.core.BuiltInType.RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rule of alternating types on random logs, held against one that keeps the time of every event. */
class AlternationOracleTest {
    private static final int LOGS = 200;
    private static final int EVENTS = 2_000;
    private static final long WINDOW_MS = 60_000;
    private static final long SLOT_MS = WINDOW_MS / 50;

    /** The exact rule: it trips at the 500th alternation within a time. */
    private static final class ExactRule {
        private final long windowMs;
        private final List<Long> alternations = new ArrayList<>();
        private String lastType = "";
        private long lastAt;
        private OptionalLong tripped = OptionalLong.empty();

        ExactRule(long windowMs) {
            this.windowMs = windowMs;
        }

        void see(String type, long at, long offset) {
            if (!lastType.isEmpty() && !lastType.equals(type) && at - lastAt <= 1_000) {
                alternations.add(at);
                int oldest = alternations.size() - 500;
                if (oldest >= 0 && at - alternations.get(oldest) < windowMs && tripped.isEmpty()) {
                    tripped = OptionalLong.of(offset);
                }
            }
            lastType = type;
            lastAt = at;
        }

        void startAgain() {
            alternations.clear();
            lastType = "";
        }
    }

    @Test
    void should_trip_at_the_event_of_the_exact_rule_or_at_most_one_slot_later() {
        int trips = 0;
        int exact = 0;
        for (int seed = 0; seed < LOGS; seed++) {
            ExactRule rule = new ExactRule(WINDOW_MS);
            ExactRule shorter = new ExactRule(WINDOW_MS - SLOT_MS);
            OptionalLong tripped = trip(new Random(seed), rule, shorter);
            long offset = tripped.orElse(Long.MAX_VALUE);

            assertThat(offset)
                    .as("seed %d", seed)
                    .isBetween(rule.tripped.orElse(Long.MAX_VALUE), shorter.tripped.orElse(Long.MAX_VALUE));
            trips += tripped.isPresent() ? 1 : 0;
            exact += tripped.equals(rule.tripped) ? 1 : 0;
        }
        assertThat(trips).isBetween(LOGS / 4, LOGS * 3 / 4);
        assertThat(exact).isGreaterThan(LOGS / 2);
    }

    /** Writes a random log; the offset of the first trip. The exact rules see the whole log, the breaker until it trips. */
    private static OptionalLong trip(Random random, ExactRule... rules) {
        BreakerLog log = new BreakerLog().configured("""
                {"burstCapacity": 1000000, "refillRatePerMinute": 1000000}""");
        int meanGap = 40 + random.nextInt(140);
        int types = 2 + random.nextInt(4);
        boolean isStill = random.nextInt(5) == 0;
        OptionalLong tripped = OptionalLong.empty();
        long now = 0;
        for (int i = 0; i < EVENTS; i++) {
            int gap = random.nextInt(300) == 0
                    ? 900 + random.nextInt(5_000)
                    : isStill && random.nextInt(10) > 0 ? 0 : random.nextInt(2 * meanGap);
            now += gap;
            log.millis(gap);
            int kind = random.nextInt(1_000);
            if (kind == 0) {
                log.event(RESUMED, "{}");
                for (ExactRule rule : rules) {
                    rule.startAgain();
                }
            } else if (kind < 150) {
                log.written(random.nextBoolean() ? "llm-chunk-added" : "noted");
            } else {
                String type = "t" + random.nextInt(types);
                log.event(type, "{}");
                for (ExactRule rule : rules) {
                    rule.see(type, now, log.all().size());
                }
            }
            if (tripped.isEmpty() && log.trippedAt().isPresent()) {
                tripped = OptionalLong.of(log.trippedAt().get());
            }
        }
        return tripped;
    }
}
