package dev.millrace.core.hosting;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads that projects and streams share. A project gets at most three quarters of the threads and never all of them, a
 * stream at most half of that, each at least one. A free thread takes a task of the project with the fewest running
 * tasks, and of the stream with the fewest in it; among equals, of the one that had its turn longest ago. The tasks of
 * one stream begin in the order of their calls. So a caller with many long tasks delays others by at most the rest of
 * one task. Threads end after ten idle seconds. Thread-safe.
 *
 * @since 0.1
 */
public final class FairExecutor {
    private static final long IDLE_SECONDS = 10;

    private final int most;
    private final int mostOfProject;
    private final int mostOfStream;
    private final Executor threads;
    private final Runnable stopThreads;
    // under the lock of this
    private final Map<Object, Project> projects = new LinkedHashMap<>();
    private int busy;
    private int waiting;
    private boolean shutdown;

    /**
     * Creates an executor.
     *
     * @param most the number of threads, 2 or more
     * @param factory makes them
     */
    public FairExecutor(int most, ThreadFactory factory) {
        this(most, pool(most, factory));
    }

    private FairExecutor(int most, ThreadPoolExecutor pool) {
        this(most, pool, pool::shutdown);
    }

    /** As the public constructor, on threads of the caller, which must run {@code most} tasks at once. */
    FairExecutor(int most, Executor threads, Runnable stopThreads) {
        if (most < 2) {
            throw new IllegalArgumentException("most must be 2 or more, got " + most);
        }
        this.most = most;
        this.mostOfProject = most - Math.max(1, most / 4);
        this.mostOfStream = Math.max(1, mostOfProject / 2);
        this.threads = threads;
        this.stopThreads = stopThreads;
    }

    private static ThreadPoolExecutor pool(int most, ThreadFactory factory) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * The executor for the tasks of one stream. It throws {@link RejectedExecutionException} after {@link #shutdown}.
     *
     * @param project with {@code equals}, the same for all streams of a project
     * @param stream with {@code equals}; tasks of the project as a whole may use the project
     */
    public Executor of(Object project, Object stream) {
        return task -> execute(project, stream, task, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /**
     * Runs a task of one stream unless too many already wait. The check and the call are one step.
     *
     * @param mostWaiting refuse the task if so many tasks wait for a thread, 1 or more
     * @param mostWaitingOfProject refuse it if so many tasks of its project wait, 1 or more
     * @return whether the task was taken
     * @throws RejectedExecutionException after {@link #shutdown}
     */
    public boolean tryExecute(Object project, Object stream, Runnable task, int mostWaiting, int mostWaitingOfProject) {
        return execute(project, stream, task, mostWaiting, mostWaitingOfProject);
    }

    /** The number of tasks that wait for a thread. */
    public synchronized int waiting() {
        return waiting;
    }

    /** As {@link #waiting()}, of one project. */
    public synchronized int waiting(Object project) {
        Project found = projects.get(project);
        return found == null ? 0 : found.waiting;
    }

    /** Refuses later tasks; the waiting ones still run. */
    public void shutdown() {
        synchronized (this) {
            shutdown = true;
        }
        stopThreads.run();
    }

    private boolean execute(Object project, Object stream, Runnable work, int mostWaiting, int mostWaitingOfProject) {
        Task next;
        synchronized (this) {
            if (shutdown) {
                throw new RejectedExecutionException("the threads are shut down");
            }
            if (waiting >= mostWaiting || waiting(project) >= mostWaitingOfProject) {
                return false;
            }
            projects.computeIfAbsent(project, Project::new).add(stream, work);
            waiting++;
            next = busy < most ? take() : null;
            busy += next == null ? 0 : 1;
        }
        if (next == null) {
            return true;
        }
        try {
            threads.execute(() -> runAll(next));
            return true;
        } catch (RuntimeException | Error noThread) {
            synchronized (this) {
                next.release();
                busy--;
            }
            throw noThread; // it was the task of this call: no other task waits while a thread is free
        }
    }

    private void runAll(Task first) {
        for (Task task = first; task != null; task = after(task)) {
            try {
                task.work.run();
            } catch (Throwable failure) { // as in any pool, but this thread has to go on
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            }
        }
    }

    private synchronized @Nullable Task after(Task ended) {
        ended.release();
        Task next = take();
        busy -= next == null ? 1 : 0;
        return next;
    }

    /** The next task of a project and a stream below their limits. Both go to the end of their queues. */
    private @Nullable Task take() {
        Project project = next(projects, mostOfProject);
        if (project == null) {
            return null;
        }
        waiting--;
        return project.take();
    }

    /** Of the members that may run a task, the first one with the fewest running ones; it becomes the last member. */
    private static <M extends Member> @Nullable M next(Map<Object, M> members, int limit) {
        M next = null;
        for (M member : members.values()) {
            if (member.running < limit && member.canRun() && (next == null || member.running < next.running)) {
                next = member;
                if (next.running == 0) {
                    break;
                }
            }
        }
        if (next != null) {
            members.remove(next.key);
            members.put(next.key, next);
        }
        return next;
    }

    private abstract static class Member {
        final Object key;
        int running;

        Member(Object key) {
            this.key = key;
        }

        abstract boolean canRun();
    }

    private final class Project extends Member {
        final Map<Object, Stream> streams = new LinkedHashMap<>();
        int waiting;

        Project(Object key) {
            super(key);
        }

        void add(Object stream, Runnable work) {
            streams.computeIfAbsent(stream, Stream::new).tasks.add(work);
            waiting++;
        }

        @Override
        boolean canRun() {
            return waiting > 0
                    && streams.values().stream().anyMatch(stream -> stream.running < mostOfStream && stream.canRun());
        }

        Task take() {
            Stream stream = Objects.requireNonNull(FairExecutor.next(streams, mostOfStream), "canRun() was true");
            waiting--;
            running++;
            stream.running++;
            return new Task(this, stream, stream.tasks.remove());
        }
    }

    private static final class Stream extends Member {
        final Deque<Runnable> tasks = new ArrayDeque<>();

        Stream(Object key) {
            super(key);
        }

        @Override
        boolean canRun() {
            return !tasks.isEmpty();
        }
    }

    private final class Task {
        private final Project project;
        private final Stream stream;
        private final Runnable work;

        Task(Project project, Stream stream, Runnable work) {
            this.project = project;
            this.stream = stream;
            this.work = work;
        }

        /** Gives back the places of the project and the stream, and forgets those that have nothing left. */
        void release() {
            stream.running--;
            project.running--;
            if (stream.running == 0 && stream.tasks.isEmpty()) {
                project.streams.remove(stream.key);
            }
            if (project.streams.isEmpty()) {
                projects.remove(project.key);
            }
        }
    }
}
