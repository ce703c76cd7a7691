package dev.millrace.server.internal.http;

import dev.millrace.core.runner.NonBlockingThread;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Jetty's thread pool: reads requests from sockets and writes answers. Work that may block runs on a {@link
 * RequestExecutor}.
 */
public final class HttpThreadPool extends QueuedThreadPool {
    private static final class HttpThread extends Thread implements NonBlockingThread {
        HttpThread(Runnable task) {
            super(task);
        }
    }

    public HttpThreadPool() {
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
