package dev.millrace.engine.internal.hosting;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.engine.internal.append.ForkOrigin;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The progress of hosted processors, stored in the event store. {@code save} only remembers it; the writer commits it
 * with its next group, so that it needs no disk write of its own.
 */
public final class CursorProgressStore implements ProgressStore {
    public interface Saver {
        void saveSoon(StreamKey stream, String processor, EventStore.Cursor cursor);
    }

    private record Key(StreamPath path, String processor) {}

    private final ProjectSlug project;
    private final EventStore store;
    private final Saver saver;
    private final Map<Key, Progress> newest = new ConcurrentHashMap<>();

    CursorProgressStore(ProjectSlug project, EventStore store, Saver saver) {
        this.project = project;
        this.store = store;
        this.saver = saver;
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        Progress remembered = newest.get(new Key(path, slug));
        if (remembered != null) {
            return Optional.of(remembered);
        }
        StreamKey stream = new StreamKey(project, path);
        return store.cursor(stream, slug)
                .map(cursor -> new Progress(slug, path, cursor.incarnation(), cursor.acknowledgedThrough()))
                .or(() -> copied(slug, stream));
    }

    /** In a fork, no processor runs effects for the copied events: they had their effects in the source stream. */
    private Optional<Progress> copied(String slug, StreamKey stream) {
        return store.head(stream)
                .flatMap(head -> ForkOrigin.of(store, stream)
                        .map(origin -> new Progress(slug, stream.path(), head.incarnation(), origin.offset())));
    }

    @Override
    public void save(Progress progress) {
        newest.put(new Key(progress.path(), progress.slug()), progress);
        saver.saveSoon(
                new StreamKey(project, progress.path()),
                progress.slug(),
                new EventStore.Cursor(progress.incarnation(), progress.acknowledgedThrough()));
    }

    void forget(StreamPath path) {
        newest.keySet().removeIf(key -> key.path.equals(path));
    }
}
