package dev.millrace.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A test suite for everything that {@link ProgressStore} promises.
 *
 * <pre>{@code
 * class MyProgressStoreTest extends ProgressStoreContract {
 *   @TempDir Path directory;
 *   @Override protected ProgressStore open() { return MyProgressStore.open(directory); }
 *   @Override protected ProgressStore reopen(ProgressStore store) { store.close(); return open(); }
 *   @Override protected ProgressStore crash(ProgressStore store) { … }
 *   @Override protected void close(ProgressStore store) { store.close(); }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public abstract class ProgressStoreContract {
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final int CRASHES = 20;

    private ProgressStore store;

    protected ProgressStoreContract() {}

    /** A new, empty store; called before each test. */
    protected abstract ProgressStore open();

    /** Closes a store normally and opens another one over the same data. */
    protected abstract ProgressStore reopen(ProgressStore store);

    /** Ends a store as a crash does, without writing pending data, and opens another one over the same data. */
    protected abstract ProgressStore crash(ProgressStore store);

    /** Releases the resources of the store; called after each test. */
    protected abstract void close(ProgressStore store);

    /** True, the default, if data are still there after {@link #reopen} and {@link #crash}. */
    protected boolean survivesReopen() {
        return true;
    }

    @BeforeEach
    final void openStore() {
        store = open();
    }

    @AfterEach
    final void closeStore() {
        close(store);
    }

    @Test
    void should_load_nothing_that_was_never_saved() {
        store.save(progress("mailer", PATH, "incarnation 1", 3));

        assertThat(store.load("mailer", StreamPath.of("/agents/2"))).isEmpty();
        assertThat(store.load("other", PATH)).isEmpty();
    }

    @Test
    void should_load_what_was_saved_last() {
        for (long through = 0; through < 5; through++) {
            store.save(progress("mailer", PATH, "incarnation 1", through));
            assertThat(store.load("mailer", PATH)).contains(progress("mailer", PATH, "incarnation 1", through));
        }
    }

    @Test
    void should_never_go_back_within_one_incarnation() {
        store.save(progress("mailer", PATH, "incarnation 1", 9));
        store.save(progress("mailer", PATH, "incarnation 1", 4));
        assertThat(store.load("mailer", PATH)).contains(progress("mailer", PATH, "incarnation 1", 9));

        store.save(progress("mailer", PATH, "incarnation 2", 2));
        assertThat(store.load("mailer", PATH)).contains(progress("mailer", PATH, "incarnation 2", 2));
        assertAfterwards(progress("mailer", PATH, "incarnation 2", 2));
    }

    @Test
    void should_keep_processors_and_streams_apart_however_they_are_named() {
        List<String> slugs = List.of("a", "a.b", "a-b", "a_b", "con", "x".repeat(300));
        List<StreamPath> paths = List.of(PATH, StreamPath.of("/agents/1/a"), StreamPath.of("/a/agents"));
        long through = 0;
        for (String slug : slugs) {
            for (StreamPath path : paths) {
                store.save(progress(slug, path, "incarnation 1", ++through));
            }
        }
        if (survivesReopen()) {
            store = reopen(store);
            through = 0;
            for (String slug : slugs) {
                for (StreamPath path : paths) {
                    assertThat(store.load(slug, path)).contains(progress(slug, path, "incarnation 1", ++through));
                }
            }
        }
    }

    @Test
    void should_keep_everything_after_a_normal_close() {
        store.save(progress("mailer", PATH, "incarnation 1", 1));
        store.save(progress("mailer", PATH, "incarnation 1", 2));
        assertAfterwards(progress("mailer", PATH, "incarnation 1", 2));
        store.save(progress("mailer", PATH, "incarnation 1", 3));
        assertAfterwards(progress("mailer", PATH, "incarnation 1", 3));
    }

    @Test
    void should_keep_an_empty_incarnation_and_the_largest_offset() {
        store.save(progress("mailer", PATH, "", Long.MAX_VALUE));
        assertAfterwards(progress("mailer", PATH, "", Long.MAX_VALUE));
    }

    /**
     * After a crash, loaded progress is not newer than the saved one, and not older than the one that was loaded
     * before.
     */
    @Test
    void should_never_load_progress_that_was_not_saved_after_crashes() {
        long seed = Long.getLong("millrace.seed", Boolean.getBoolean("millrace.long") ? System.nanoTime() : 1);
        Random random = new Random(seed);
        Map<String, Progress> newest = new HashMap<>();
        Map<String, Progress> known = new HashMap<>();
        for (int crash = 0; crash < CRASHES; crash++) {
            int saves = random.nextInt(40);
            for (int i = 0; i < saves; i++) {
                String slug = "p" + random.nextInt(3);
                Progress before = newest.getOrDefault(slug, progress(slug, PATH, "incarnation 0", 0));
                Progress next = random.nextInt(20) == 0
                        ? progress(slug, PATH, "incarnation " + (numberOf(before) + 1), random.nextInt(3))
                        : progress(slug, PATH, before.incarnation(), before.acknowledgedThrough() + random.nextInt(3));
                store.save(next);
                newest.put(slug, next);
            }
            boolean closedNormally = random.nextInt(4) == 0;
            store = closedNormally ? reopen(store) : crash(store);
            for (String slug : List.copyOf(newest.keySet())) {
                String which = "seed " + seed + ", crash " + crash + ", " + slug;
                Optional<Progress> loaded = store.load(slug, PATH);
                Progress saved = Objects.requireNonNull(newest.get(slug));
                if (survivesReopen() && closedNormally) {
                    assertThat(loaded).as(which).contains(saved);
                }
                loaded.ifPresent(found -> assertThat(isNewer(found, saved))
                        .as("%s: saved %s, loaded %s", which, saved, found)
                        .isFalse());
                Progress read = known.get(slug);
                if (survivesReopen() && read != null) {
                    assertThat(loaded).as(which).isPresent();
                    assertThat(isNewer(read, loaded.orElseThrow()))
                            .as("%s: read %s before, loaded %s", which, read, loaded)
                            .isFalse();
                }
                // the next run cannot know of lost progress
                loaded.ifPresentOrElse(found -> newest.put(slug, found), () -> newest.remove(slug));
                loaded.ifPresentOrElse(found -> known.put(slug, found), () -> known.remove(slug));
            }
        }
    }

    private void assertAfterwards(Progress expected) {
        if (survivesReopen()) {
            store = reopen(store);
            assertThat(store.load(expected.slug(), expected.path())).contains(expected);
        }
    }

    private static Progress progress(String slug, StreamPath path, String incarnation, long through) {
        return new Progress(slug, path, incarnation, through);
    }

    private static boolean isNewer(Progress progress, Progress than) {
        int ahead = numberOf(progress) - numberOf(than);
        return ahead > 0 || (ahead == 0 && progress.acknowledgedThrough() > than.acknowledgedThrough());
    }

    private static int numberOf(Progress progress) {
        return Integer.parseInt(progress.incarnation().replaceFirst("incarnation ", ""));
    }
}
