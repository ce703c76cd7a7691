package dev.millrace.processors.script.internal.fetch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The thread pool of this JVM for the requests and responses of scripts: at most 512 daemons, which end when idle. */
final class FetchExecutors {
    static final String BUSY = "all threads for the requests of scripts are busy; wait a second, then fetch again";
    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(0, 512, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "millrace-script-egress");
                thread.setDaemon(true);
                return thread;
            });

    private FetchExecutors() {}

    static ExecutorService shared() {
        return THREADS;
    }
}
