package dev.millrace.contracts;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A test suite for everything that {@link EventStreams} promises, in process or over HTTP.
 *
 * <p>Every test uses new streams, so all tests may use one service; it must have the default limits. It may run a
 * circuit breaker: before a test appends 100 events in a second to a stream, it switches the breaker off there.
 *
 * <pre>{@code
 * class MyStreamsTest extends EventStreamsContract {
 *   @Override protected EventStreams streams(ProjectSlug project) { return engine.streams(project); }
 * }
 * }</pre>
 *
 * @since 0.1
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
    /** Part of all paths, so that the streams of an earlier run on the same service are not used. */
    private static final String RUN =
            "contract-" + Long.toString(System.nanoTime(), 36).replace("-", "");

    private static final AtomicLong COUNT = new AtomicLong();

    protected EventStreamsContract() {}

    /** The streams of a project; called often, and may return the same object. */
    protected abstract EventStreams streams(ProjectSlug project);

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
