package dev.millrace.server;

import dev.millrace.core.runner.NonBlocking;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The threads that read requests off their sockets and write answers; whatever can wait runs on {@link RequestExecutor}. */
final class HttpThreads extends QueuedThreadPool {
    private static final class HttpThread extends Thread implements NonBlocking {
        HttpThread(Runnable task) {
            super(task);
        }
    }

    HttpThreads() {
        setName("millrace-http");
        setDaemon(true);
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new HttpThread(task);
        thread.setDaemon(isDaemon());
        thread.setName(getName() + "-" + thread.getId());
        return thread;
    }
}
