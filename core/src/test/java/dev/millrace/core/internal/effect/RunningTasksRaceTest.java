package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.append.CausalAppender;
import dev.millrace.core.internal.append.CauseLookup;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import dev.millrace.core.runner.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many threads launch one name with increasing offsets: in the end only the newest attempt runs. */
@Tag("jdk")
class RunningTasksRaceTest implements RunningTasks.Surroundings<String> {
    private static final int REASONS = 2_000;

    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final ExecutorService launching = Executors.newFixedThreadPool(4);
    private final ScriptedStreams streams = new ScriptedStreams();

    @AfterEach
    void shutDown() {
        pool.shutdownNow();
        launching.shutdownNow();
    }

    @Test
    void should_leave_the_newest_alone_in_the_end() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            RunningTasks<String> attempts = new RunningTasks<>(this);
            ConcurrentHashMap<Long, Integer> hooks = new ConcurrentHashMap<>();
            CountDownLatch newestRuns = new CountDownLatch(1);
            List<CompletableFuture<Void>> launchers = new ArrayList<>();
            for (int launcher = 0; launcher < 4; launcher++) {
                Random random = new Random(seed * 31 + launcher);
                launchers.add(CompletableFuture.runAsync(
                        () -> {
                            for (long reason = 1; reason <= REASONS; reason += random.nextInt(1, 4)) {
                                launch(attempts, reason, hooks, newestRuns);
                            }
                            launch(attempts, REASONS, hooks, newestRuns);
                        },
                        launching));
            }
            for (CompletableFuture<Void> launcher : launchers) {
                launcher.get(30, TimeUnit.SECONDS);
            }

            BackgroundTask<String> newest = attempts.find("reply").orElseThrow();
            assertThat(newest.because().offset()).as("seed %d", seed).isEqualTo(REASONS);
            assertThat(attempts.names()).as("seed %d", seed).containsExactly("reply");
            assertThat(newestRuns.await(10, TimeUnit.SECONDS))
                    .as("seed %d", seed)
                    .isTrue();
            newest.cancel();
            newest.done().get(10, TimeUnit.SECONDS);
            assertThat(attempts.names()).as("seed %d", seed).isEmpty();
            assertThat(hooks.values()).as("seed %d: hooks run once", seed).containsOnly(1);
        }
    }

    private static void launch(
            RunningTasks<String> attempts,
            long reason,
            ConcurrentHashMap<Long, Integer> hooks,
            CountDownLatch newestRuns) {
        attempts.launch("reply", new CausingOffset(reason), attempt -> {
            CompletableFuture<Void> work = new CompletableFuture<>();
            attempt.onCancel(() -> {
                hooks.merge(attempt.because().offset(), 1, Integer::sum);
                work.complete(null);
            });
            if (reason == REASONS) {
                newestRuns.countDown();
            }
            return work;
        });
    }

    @Override
    public Timers timers() {
        return Timers.system();
    }

    @Override
    public ExecutorService executor() {
        return pool;
    }

    @Override
    public CausalAppender appenderFor(CausingOffset because, BooleanSupplier cancelled) {
        StreamPath own = StreamPath.of("/own");
        CauseLookup causes = new CauseLookup(streams, own);
        Appender appender =
                new Appender(streams, own, new VirtualTime().options(pool, RetryPolicy.DEFAULT, 64), causes, () -> {});
        return new CausalAppender(
                new ProducerIdentity("chat", 1, own, ""), causes, appender, Optional.of(because), cancelled);
    }

    @Override
    public Optional<Fence> lease() {
        return Optional.empty();
    }

    @Override
    public String current() {
        return "";
    }

    @Override
    public CompletableFuture<List<Event>> read(ReadRange range, BooleanSupplier cancelled) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public void failed(BackgroundTask<String> attempt, Throwable failure) {
        throw new AssertionError("nothing fails here", failure);
    }

    @Override
    public void changed() {}
}
