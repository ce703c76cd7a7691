package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.testkit.ChatEvent.UserSaid;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A virtual clock with a real engine and a real runner. */
class VirtualClockTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    // region clock
    @Test
    void should_note_after_an_hour_of_virtual_time() {
        VirtualTimers time = new VirtualTimers();
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).timers(time).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            try (ProcessorRunner<Integer> runner = ProcessorRunner.builder(streams, new Reminder()).stream(PATH)
                    .timers(time)
                    .start()) {
                runner.awaitCaughtUp(LIMIT);
                long said = streams.append(PATH, EventInput.of(new UserSaid("3600")))
                        .join()
                        .offset();
                runner.awaitProcessed(said, LIMIT); // the timer is armed

                time.advanceWhen(engine::isIdle, Duration.ofHours(1));
                runner.awaitReduced(said + 1, LIMIT);
            }
            assertThat(streams.read(PATH, ReadRange.all()).join())
                    .extracting(Event::type)
                    .endsWith("noted");
        }
    }
    // endregion
}
