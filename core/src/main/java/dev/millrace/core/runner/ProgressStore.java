package dev.millrace.core.runner;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.progress.CoalescingWriter;
import dev.millrace.core.internal.progress.DirectoryProgressStore;
import dev.millrace.core.internal.progress.InMemoryProgressStore;
import dev.millrace.core.internal.progress.StreamProgressStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A store of the progress of processors. Safe for use by many threads.
 *
 * @since 0.1
 */
public interface ProgressStore {
    /** The newest saved progress; empty if there is none. */
    Optional<Progress> load(String slug, StreamPath path);

    /**
     * Like {@link #load}, but includes what other processes have saved: a store with a cache reads again. Called when a
     * lease is gained: by a {@link SubtreeRunner} only once, for its top stream, so the store must also read again what
     * it has cached of other streams. By default it calls {@link #load}.
     */
    default Optional<Progress> reload(String slug, StreamPath path) {
        return load(slug, path);
    }

    /**
     * Saves progress, perhaps later: after a crash, effects whose progress was not written run again, with the same
     * idempotency keys. Must not block for long. Calls for one (slug, path) come with ascending offsets within an
     * incarnation; a lower offset is ignored.
     */
    void save(Progress progress);

    /** A store in memory. */
    static ProgressStore inMemory() {
        return new InMemoryProgressStore();
    }

    /**
     * A store in a directory, which is created if it does not exist: one small JSON file for each processor and stream.
     * All files are read when the store is opened; {@link #load} answers from memory.
     *
     * <p>The first save of a (slug, path), and of each incarnation, is on the disk when {@link #save} returns. Later
     * progress is written by a thread of the store, at most every 100 ms. A file is written beside the old one, forced
     * to the disk, and then renamed. So a crash or power cut loses only progress that was not written yet, and never
     * leaves wrong progress. A failed write is logged once as a warning and retried every second.
     *
     * <p>Only one process can open the directory. The store ignores files of other names.
     *
     * @throws IllegalStateException if the directory is open already, or a file is damaged; the store does not guess
     *     progress, because a wrong value repeats or loses effects. The message names the file and what to do
     * @throws java.io.UncheckedIOException if the directory cannot be created, read or locked
     */
    static Durable inDirectory(Path directory) {
        return DirectoryProgressStore.open(directory);
    }

    /**
     * A store in a side stream. For each processor and stream it appends {@code millrace/progress-saved} events: the
     * newest progress, at most once a second; the first progress of a (slug, path) or of an incarnation without delay.
     * Saving does not wait for the service. Each append has an idempotency key. After a crash, effects whose progress
     * was not appended run again, with the same keys.
     *
     * <p>The first {@link #load} reads the side stream and waits at most 30 s for each page. Only a
     * runner with a lease reads later events of other processes, each time it gains the lease.
     * While the side stream is paused, nothing is saved. A failed append is logged once as a warning and retried every
     * second.
     *
     * <p>Do not let other callers append to the side stream: an event there marks effects as done, even if they are
     * not.
     *
     * @param sideStream a stream on which no processor with this store runs: saving would append an event to it, which
     *     would have to be saved again
     */
    static Durable inStream(EventStreams streams, StreamPath sideStream) {
        return new StreamProgressStore(
                streams, sideStream, Timers.system(), CoalescingWriter.thread("millrace-progress"));
    }

    /** A store that keeps progress after the process has ended. Close it after its runners. */
    interface Durable extends ProgressStore, AutoCloseable {
        /**
         * Writes what was saved before this call, and waits until it is written.
         *
         * @throws RuntimeException if it cannot be written; the store keeps it and retries
         */
        void flush();

        /**
         * Flushes, and then releases the resources of the store, even if the flush failed. A second call does nothing.
         * A later save throws.
         *
         * @throws RuntimeException as {@link #flush()}; progress that was not written is lost, and its effects run
         *     again
         */
        @Override
        void close();
    }
}
