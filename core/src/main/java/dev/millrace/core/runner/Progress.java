package dev.millrace.core.runner;

import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;

/**
 * The saved progress of a processor on a stream.
 *
 * @param slug the processor
 * @param path the stream
 * @param incarnation the incarnation of the stream; the progress is valid only for this one
 * @param acknowledgedThrough every effect of events up to this offset has finished, or was not required
 */
public record Progress(String slug, StreamPath path, String incarnation, long acknowledgedThrough) {
    /** The progress to keep after {@code next} was saved: within one incarnation the offset never decreases. */
    public Progress then(Progress next) {
        return next.incarnation.equals(incarnation) && next.acknowledgedThrough < acknowledgedThrough ? this : next;
    }

    public StreamEvent.ProgressSaved asEvent() {
        return new StreamEvent.ProgressSaved(slug, path.value(), incarnation, acknowledgedThrough);
    }

    public static Progress of(StreamEvent.ProgressSaved saved) {
        return new Progress(
                saved.slug(), new StreamPath(saved.path()), saved.incarnation(), saved.acknowledgedThrough());
    }
}
