package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.Settings;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Millrace with a long stream.
 *
 * @param path of the stream's URL
 */
record LoadedServer(HttpTarget target, String path, int events) implements AutoCloseable {
    private static final int EVENTS = 200_000;
    private static final int BATCH = 100;

    static LoadedServer open(Build build, Settings settings) throws Exception {
        int batches = Math.max(1, settings.sizeOr(EVENTS) / BATCH);
        HttpTarget target = HttpTarget.millrace(build, settings);
        try {
            String stream = target.createStream();
            new ClosedLoop(target.address(), () -> target.replies(BATCH), new AtomicLong())
                    .run(batches, List.of(target.append(stream, BATCH), target.append(stream, BATCH)));
            return new LoadedServer(target, stream, batches * BATCH);
        } catch (Exception e) {
            target.close();
            throw e;
        }
    }

    @Override
    public void close() throws Exception {
        target.close();
    }
}
