package dev.millrace.processors.script.internal.fetch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads of this JVM that send requests for scripts and read the responses: daemons, bounded, gone when idle. */
final class FetchExecutors {
    private static final int MOST = 512;

    private FetchExecutors() {}

    static ExecutorService shared() {
        return Holder.THREADS;
    }

    private static final class Holder {
        static final ThreadPoolExecutor THREADS =
                new ThreadPoolExecutor(0, MOST, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "millrace-script-egress");
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
