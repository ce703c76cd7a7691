package dev.millrace.engine.internal.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ActivityCounterTest {
    private final ActivityCounter activity = new ActivityCounter();
    private final Deque<Runnable> queue = new ArrayDeque<>();

    @Test
    void should_count_a_task_from_its_submission_to_its_end() {
        activity.execute(queue::add, () -> assertThat(activity.isIdle()).isFalse());
        assertThat(activity.isIdle()).isFalse();

        queue.remove().run();
        assertThat(activity.isIdle()).isTrue();
    }

    @Test
    void should_stay_busy_while_one_task_hands_over_to_another() {
        activity.execute(queue::add, () -> activity.execute(queue::add, () -> {}));

        queue.remove().run();
        assertThat(activity.isIdle()).isFalse();
        queue.remove().run();
        assertThat(activity.isIdle()).isTrue();
    }

    @Test
    void should_count_nothing_that_was_refused_or_has_thrown() {
        assertThatThrownBy(() -> activity.execute(
                        task -> {
                            throw new RejectedExecutionException("stopped");
                        },
                        () -> {}))
                .isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> activity.execute(Runnable::run, () -> {
                    throw new IllegalStateException("broken");
                }))
                .isInstanceOf(IllegalStateException.class);

        activity.begin();
        assertThat(activity.isIdle()).isFalse();
        activity.end();
        assertThat(activity.isIdle()).isTrue();
    }
}
