package dev.millrace.core.internal.progress;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** A progress store in files, with a copy in memory. */
public final class DirectoryProgressStore implements ProgressStore.Durable {
    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Map<ProgressKey, Progress> newest = new ConcurrentHashMap<>();
    private final ProgressDirectoryLock lock;
    private final CoalescingWriter writes;

    private DirectoryProgressStore(Path directory, ProgressDirectoryLock lock, Timers timers, Executor thread) {
        this.lock = lock;
        this.writes = new CoalescingWriter(
                directory.toString(),
                batch -> batch.forEach(one -> ProgressFile.write(directory, one)),
                1,
                timers,
                thread);
    }

    public static DirectoryProgressStore open(Path directory) {
        return open(directory, Timers.system(), CoalescingWriter.thread("millrace-progress"));
    }

    public static DirectoryProgressStore open(Path directory, Timers timers, Executor thread) {
        Path real;
        try {
            Files.createDirectories(directory);
            real = directory.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot open the progress store: " + directory + "; " + e + "; check the path and its permissions",
                    e);
        }
        ProgressDirectoryLock lock = ProgressDirectoryLock.take(real);
        try {
            DirectoryProgressStore store = new DirectoryProgressStore(real, lock, timers, thread);
            store.readAll(real);
            return store;
        } catch (IOException e) {
            lock.close();
            throw new UncheckedIOException(
                    "cannot open the progress store: " + real + "; " + e + "; check its permissions", e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private void readAll(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ProgressFile.PATTERN)) {
            for (Path file : files) {
                if (file.toString().endsWith(ProgressFile.UNFINISHED)) {
                    Files.delete(file); // left by a crash before the rename
                } else {
                    Progress progress = ProgressFile.read(file);
                    newest.put(ProgressKey.of(progress), progress);
                }
            }
        }
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        return Optional.ofNullable(newest.get(new ProgressKey(slug, path)));
    }

    @Override
    public void save(Progress progress) {
        Progress before = newest.get(ProgressKey.of(progress));
        if (before == null || !before.incarnation().equals(progress.incarnation())) {
            saveFirst(progress);
        } else if (progress.acknowledgedThrough() > before.acknowledgedThrough()) {
            saveNext(progress);
        }
    }

    /** Writes at once: without a first file, the next start would be a first run and would skip the existing events. */
    private synchronized void saveFirst(Progress progress) {
        Progress before = newest.get(ProgressKey.of(progress));
        if (before != null && before.incarnation().equals(progress.incarnation())) {
            saveNext(progress); // another thread was faster
            return;
        }
        writes.writeNow(progress);
        newest.put(ProgressKey.of(progress), progress);
    }

    private void saveNext(Progress progress) {
        writes.writeLater(newest.merge(ProgressKey.of(progress), progress, ProgressEvents::newer), INTERVAL);
    }

    @Override
    public void flush() {
        writes.flush();
    }

    @Override
    public void close() {
        try {
            writes.close();
        } finally {
            lock.close();
        }
    }
}
