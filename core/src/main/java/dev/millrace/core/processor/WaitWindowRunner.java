package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Waits while a {@link WaitWindow} is open, then goes ahead with whatever is there: it appends the event that closes the
 * window, and begins the work. Nobody can hold it up: the window ends by itself. Call {@link #decide} from {@code
 * afterAppend} and from {@code onCaughtUp}.
 *
 * <p>Of several processes, or calls that look at an old state, one closes the window and begins; the others find it
 * closed. What was begun and then interrupted is not begun again: let the closing event be the start of an {@link Obligation}
 * if it must be. Immutable, and safe for use by many threads.
 *
 * @param <S> the processor's state
 */
public final class WaitWindowRunner<S> {
    /**
     * What happens when the window is closed.
     *
     * @param <S> the processor's state
     */
    public interface Work<S> {
        /** Begins. Called once for each window. */
        CompletionStage<?> begin(Event closing, BackgroundTask<S> attempt);
    }

    private final String name;
    private final Function<S, WaitWindow> window;
    private final Function<WaitWindow, Object> closing;
    private final Work<S> work;

    /**
     * A hesitation.
     *
     * @param name the name of the attempt that goes ahead, unique among those of the processor
     * @param window finds it in the state
     * @param closing the event that closes it; it carries {@link WaitWindow#through()}, and the reducer calls {@link
     *     WaitWindow#closed} with that
     * @param work begins when that event is in the log
     */
    public WaitWindowRunner(
            String name, Function<S, WaitWindow> window, Function<WaitWindow, Object> closing, Work<S> work) {
        this.name = Objects.requireNonNull(name, "name");
        this.window = Objects.requireNonNull(window, "window");
        this.closing = Objects.requireNonNull(closing, "closing");
        this.work = Objects.requireNonNull(work, "work");
    }

    /** Waits on, goes ahead, or does nothing when no window is open. */
    public void decide(S state, Effects<S> effects) {
        WaitWindow now = window.apply(state);
        if (!now.open()) {
            return;
        }
        CausingOffset because = Effects.because(now.openedAt());
        Instant time = effects.now();
        Instant due = now.closesAt(time);
        if (!due.isAfter(time)) {
            effects.running(waiting()).ifPresent(BackgroundTask::cancel);
            effects.launch(name, because, attempt -> goAhead(now, attempt));
        } else {
            effects.at(due, waiting(), because, attempt -> {
                effects.launch(name, because, next -> goAhead(now, next));
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
