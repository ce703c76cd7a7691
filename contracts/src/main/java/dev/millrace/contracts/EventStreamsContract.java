package dev.millrace.contracts;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Everything that {@link EventStreams} promises, as tests: the same for streams in this process and streams behind a
 * wire.
 *
 * <p>Every test uses streams nobody has touched before, so one service can stand for the whole class; it must have the
 * default limits. A circuit breaker may watch: no stream gets 100 events in a second without having switched it off.
 *
 * <pre>{@code
 * class MyStreamsTest extends EventStreamsContract {
 *   @Override protected EventStreams streams(ProjectSlug project) { return engine.streams(project); }
 * }
 * }</pre>
 */
public abstract class EventStreamsContract
        implements AppendTests,
                InvalidInputTests,
                IdempotencyTests,
                BatchTests,
                FenceTests,
                ReadTests,
                SubscribeTests,
                SubscriptionEndTests,
                SubtreeTests,
                ForkTests,
                BlockingTests,
                StreamTreeTests {
    /** Tells the streams of this run from those of an earlier one on a service that still remembers it. */
    private static final String RUN =
            "contract-" + Long.toString(System.nanoTime(), 36).replace("-", "");

    private static final AtomicLong COUNT = new AtomicLong();

    /** For subclasses. */
    protected EventStreamsContract() {}

    /** The streams of a project; called often, and may answer the same object. */
    protected abstract EventStreams streams(ProjectSlug project);

    /** The streams of the default project. */
    protected EventStreams streams() {
        return streams(ProjectSlug.defaultProject());
    }

    @Override
    public final EventStreams subject() {
        return streams();
    }

    @Override
    public final EventStreams subject(ProjectSlug project) {
        return streams(project);
    }

    @Override
    public final StreamPath fresh() {
        return StreamPath.of("/" + RUN + "/t" + COUNT.incrementAndGet());
    }

    @Override
    public final ProjectSlug freshProject() {
        return ProjectSlug.of(RUN + "-" + COUNT.incrementAndGet());
    }
}
