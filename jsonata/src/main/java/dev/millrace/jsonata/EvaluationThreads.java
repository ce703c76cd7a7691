package dev.millrace.jsonata;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.FairExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for evaluations, so that slow expressions delay only other expressions, and those of one project or stream
 * only their own. There is one for every two processors of the machine, but 2 at least: the
 * rest of the service needs processors too. They are daemons, named {@code millrace-jsonata-n}, and end after ten idle
 * seconds.
 *
 * <p>The queue has no limit of its own. Callers limit it: a processor evaluates one expression of a stream at a time,
 * and a server one for each request.
 *
 * @since 0.1
 */
public final class EvaluationThreads {
    private static final int COUNT = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final FairExecutor SHARED = new FairExecutor(COUNT, work -> {
        Thread thread = new Thread(null, work, "millrace-jsonata-" + NUMBERS.incrementAndGet(), 1 << 20);
        thread.setDaemon(true);
        return thread;
    });

    private EvaluationThreads() {}

    /** The executor of the whole JVM, for the expressions of one stream. Thread-safe. */
    public static Executor of(ProjectSlug project, StreamPath stream) {
        return SHARED.of(project, stream);
    }
}
