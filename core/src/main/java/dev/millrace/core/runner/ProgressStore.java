package dev.millrace.core.runner;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.progress.CoalescingWriter;
import dev.millrace.core.internal.progress.DirectoryProgressStore;
import dev.millrace.core.internal.progress.InMemoryProgressStore;
import dev.millrace.core.internal.progress.StreamProgressStore;
import java.nio.file.Path;
import java.util.Optional;

/** Where progress survives a restart. Safe for use by many threads. */
public interface ProgressStore {
    /** The newest progress saved, if any. */
    Optional<Progress> load(String slug, StreamPath path);

    /**
     * As {@link #load}, with what other processes have saved in the meantime: a store that answers from a cache reads
     * again. Called when a lease is gained. By default it is {@link #load}.
     */
    default Optional<Progress> reload(String slug, StreamPath path) {
        return load(slug, path);
    }

    /**
     * Remembers progress, not necessarily at once: what a crash loses is done again under the same idempotency keys.
     * Must not block for long. Calls for one (slug, path) come with ascending offsets within an incarnation; a lower one
     * is ignored.
     */
    void save(Progress progress);

    /** Remembers for as long as this object lives. */
    static ProgressStore inMemory() {
        return new InMemoryProgressStore();
    }

    /**
     * Remembers in a directory, which is created if need be: one small JSON file for each processor and stream. Every
     * file is read when the store is opened, and {@link #load} answers from memory.
     *
     * <p>The first save of a (slug, path), and the first in another life of the stream, is on the disk when {@link #save}
     * returns; after that the newest is written every 100 ms at most, on a thread of the store's own. A file is written
     * beside the old one, forced to the disk and then renamed, so that a power cut or a crash loses what was not written
     * yet, which is done again under the same keys, and never leaves progress that was not made. What cannot be written
     * is logged as a warning once and tried again every second.
     *
     * <p>One process at a time may have the directory open. Files of other names than the store's are left alone.
     *
     * @throws IllegalStateException when somebody has the directory open, or a file of the store is not what the store
     *     wrote: nothing is guessed, because a wrong guess repeats or loses effects. The message names the file and
     *     what to do
     * @throws java.io.UncheckedIOException when the directory cannot be created, read or locked
     */
    static Durable inDirectory(Path directory) {
        return DirectoryProgressStore.open(directory);
    }

    /**
     * Remembers in a stream of events: {@code millrace/progress-saved} for what is newest of each processor and stream,
     * once a second at most, the first of a (slug, path) or of a life of the stream without delay. Saving never waits for
     * the service. Appends carry keys, so that one that is sent again is stored once.
     *
     * <p>The side stream is folded once, at the first {@link #load}, which waits for that up to 30 s a page; what another
     * process saves later is seen only by a runner that is {@link ProcessorRunner.Builder#exclusive}, which reads on whenever
     * it gains the lease. A crash loses what was not appended yet, which is done again under the same keys.
     * Keep the side stream out of the sight of whoever may not steer the processors: who can append to it can say that
     * work is done. While it is paused nothing is saved; what cannot be appended is logged as a warning once and tried
     * again every second.
     *
     * @param sideStream a stream that no processor with this store runs on, because saving would be an event to act on
     *     and to save
     */
    static Durable inStream(EventStreams streams, StreamPath sideStream) {
        return new StreamProgressStore(
                streams, sideStream, Timers.system(), CoalescingWriter.thread("millrace-progress"));
    }

    /** A store that outlives the process. Close it after the runners that use it. */
    interface Durable extends ProgressStore, AutoCloseable {
        /**
         * Writes what was saved before the call, and waits for it.
         *
         * @throws RuntimeException when it cannot be written; it stays remembered and is tried again
         */
        void flush();

        /**
         * Flushes and gives back what the store holds, that also when flushing fails. Closing twice does nothing; saving
         * afterwards is refused.
         *
         * @throws RuntimeException as {@link #flush()}; what was not written is lost, and done again after a restart
         */
        @Override
        void close();
    }
}
