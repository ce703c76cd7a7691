package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProgressStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressWarningTest extends RunnerRules {
    private static final Logger LOG = Logger.getLogger("dev.millrace.core.runner");

    private final Processor<Integer> receipts = Processor.builder("receipts-of-this-test", 0)
            .afterEvent((state, event, effects) -> Effects.none())
            .build();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getMessage().contains("receipts-of-this-test")) {
                warnings.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOG.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        LOG.removeHandler(handler);
    }

    @Test
    void should_say_once_that_a_crash_can_lose_effects_and_what_to_do() {
        start(runner(receipts)).awaitCaughtUp(LIMIT);
        sayMany(3);

        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith("'receipts-of-this-test' on " + PATH + " saves no progress")
                .contains("progress(ProgressStore.inDirectory(…))");
    }

    @Test
    void should_say_nothing_with_a_store_or_a_chosen_policy() {
        start(runner(receipts).progress(ProgressStore.inMemory())).awaitCaughtUp(LIMIT);
        start(runner(receipts).effectsFrom(EffectStartPolicy.LIVE)).awaitCaughtUp(LIMIT);

        assertThat(warnings).isEmpty();
    }
}
