package dev.millrace.core.runner;

import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;

/**
 * How far a processor has come on a stream.
 *
 * @param slug the processor
 * @param path the stream
 * @param incarnation the life of the stream this progress belongs to; on another one it means nothing
 * @param acknowledgedThrough every effect of events up to this offset is done, or was not to be done
 */
public record Progress(String slug, StreamPath path, String incarnation, long acknowledgedThrough) {
    /** What is to be kept after {@code next} was saved: within one life of the stream, progress never goes back. */
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
