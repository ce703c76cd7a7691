package dev.millrace.core.internal.progress;

import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;

/** Progress as the payload of {@code millrace/progress-saved} events. */
final class ProgressEvents {
    private ProgressEvents() {}

    static StreamEvent.ProgressSaved toEvent(Progress progress) {
        return new StreamEvent.ProgressSaved(
                progress.slug(), progress.path().value(), progress.incarnation(), progress.acknowledgedThrough());
    }

    static Progress fromEvent(StreamEvent.ProgressSaved saved) {
        return new Progress(
                saved.slug(), new StreamPath(saved.path()), saved.incarnation(), saved.acknowledgedThrough());
    }

    /**
     * Which progress to keep after {@code saved} was saved: within one incarnation of the stream, it never goes back.
     */
    static Progress newer(Progress kept, Progress saved) {
        return saved.incarnation().equals(kept.incarnation())
                        && saved.acknowledgedThrough() < kept.acknowledgedThrough()
                ? kept
                : saved;
    }
}
