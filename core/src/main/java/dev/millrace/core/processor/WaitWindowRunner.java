package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A runner that delays work while a {@link WaitWindow} is open. When the window is complete or its time has passed, it
 * appends the event that closes the window, and starts the work. Other processors cannot extend the time. Call {@link
 * #decide} from {@code afterAppend} and from {@code onCaughtUp}.
 *
 * <p>If several processes, or calls with an old state, decide at once, one of them closes the window and starts the
 * work. If the process ends after that, the work is not started again. If it must be, let the closing event
 * <em>request</em> an {@link Obligation} (in {@code reduce}, call {@code requested(id, event)}), and let a {@link
 * ObligationRunner} do the work. Immutable, and safe for use by many threads.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class WaitWindowRunner<S> {
    /**
     * The work that starts when the window is closed.
     *
     * @param <S> the processor's state
     */
    public interface Work<S> {
        /** Starts the work. Called once for each window. */
        CompletionStage<?> begin(Event closing, BackgroundTask<S> attempt);
    }

    private final String name;
    private final Function<S, WaitWindow> window;
    private final Function<WaitWindow, Object> closing;
    private final Work<S> work;

    /**
     * Creates a wait window runner.
     *
     * @param name the name of the background task that does the work, unique in the processor
     * @param window finds the window in the state
     * @param closing makes the event that closes the window. Its payload has {@link WaitWindow#through()}, and the
     *     reducer passes that to {@link WaitWindow#closed}
     * @param work starts when that event is in the log
     */
    public WaitWindowRunner(
            String name, Function<S, WaitWindow> window, Function<WaitWindow, Object> closing, Work<S> work) {
        this.name = Objects.requireNonNull(name, "name");
        this.window = Objects.requireNonNull(window, "window");
        this.closing = Objects.requireNonNull(closing, "closing");
        this.work = Objects.requireNonNull(work, "work");
    }

    /** Waits, starts the work, or does nothing if no window is open. */
    public void decide(S state, Effects<S> effects) {
        WaitWindow now = window.apply(state);
        if (!now.open()) {
            return;
        }
        CausingOffset causingOffset = Effects.because(now.openedAt());
        Instant time = effects.now();
        Instant due = now.closesAt(time);
        if (!due.isAfter(time)) {
            effects.running(waiting()).ifPresent(BackgroundTask::cancel);
            effects.launch(name, causingOffset, attempt -> goAhead(now, attempt));
        } else {
            effects.at(due, waiting(), causingOffset, attempt -> {
                effects.launch(name, causingOffset, next -> goAhead(now, next));
                return Effects.none();
            });
        }
    }

    private String waiting() {
        return name + "/window";
    }

    private CompletionStage<?> goAhead(WaitWindow asked, BackgroundTask<S> attempt) {
        WaitWindow newest = window.apply(attempt.current());
        if (!newest.open() || newest.openedAt() != asked.openedAt()) {
            return Effects.none();
        }
        return FirstWinsAppend.stake(attempt, EventDraft.of(closing.apply(newest)))
                .thenCompose(mine ->
                        mine.isPresent() ? work.begin(mine.get(), attempt).thenApply(done -> null) : Effects.none());
    }
}
