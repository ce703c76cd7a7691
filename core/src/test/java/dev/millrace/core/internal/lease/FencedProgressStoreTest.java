package dev.millrace.core.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FencedProgressStoreTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    private static Progress through(long offset) {
        return new Progress("clerk", PATH, "life", offset);
    }

    /** A caching store, as an application would write it in front of a table that several processes share. */
    private static final class Caching implements ProgressStore {
        private final ProgressStore table;
        private final Map<StreamPath, Progress> cache = new HashMap<>();

        Caching(ProgressStore table) {
            this.table = table;
        }

        @Override
        public Optional<Progress> load(String slug, StreamPath path) {
            return Optional.ofNullable(cache.computeIfAbsent(
                    path, missing -> table.load(slug, path).orElse(null)));
        }

        @Override
        public Optional<Progress> reload(String slug, StreamPath path) {
            cache.remove(path);
            return load(slug, path);
        }

        @Override
        public void save(Progress progress) {
            cache.put(progress.path(), progress);
            table.save(progress);
        }
    }

    @Test
    void should_read_anew_from_a_store_with_a_cache_when_the_lease_is_gained() {
        ProgressStore table = ProgressStore.inMemory();
        Caching here = new Caching(table);
        here.save(through(5));
        assertThat(here.load("clerk", PATH)).contains(through(5));
        table.save(through(9)); // saved by the previous lease holder

        FencedProgressStore progress = new FencedProgressStore(here, () -> true);

        assertThat(progress.load("clerk", PATH)).contains(through(9));
    }
}
