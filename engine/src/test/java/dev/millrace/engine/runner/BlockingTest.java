package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BlockingEffects;
import dev.millrace.core.processor.BlockingProcessor;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.engine.runner.Recorder.Talk.Echoed;
import dev.millrace.engine.runner.Recorder.Talk.Said;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests of processors with blocking code. */
@Tag("jdk")
class BlockingTest extends RunnerRules {
    /** The single thread of all effects in these tests. */
    private final ExecutorService lane = Executors.newSingleThreadExecutor(task -> new Thread(task, "the-lane"));

    private final List<String> threads = new CopyOnWriteArrayList<>();

    @AfterEach
    void stopLane() {
        lane.shutdownNow();
    }

    private interface Act {
        void on(Said said, long offset, BlockingEffects<Integer> effects) throws Exception;
    }

    /** A processor that counts messages and runs an action for each. */
    private final class Waiter implements BlockingProcessor<Integer> {
        private final Act act;

        Waiter(Act act) {
            this.act = act;
        }

        @Override
        public String slug() {
            return "waiter";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Recorder.Talk.class);
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            return event.payload() instanceof Said ? count + 1 : count;
        }

        @Override
        public void act(Integer count, Event event, BlockingEffects<Integer> effects) throws Exception {
            threads.add(Thread.currentThread().getName());
            if (event.payload() instanceof Said said) {
                act.on(said, event.offset(), effects);
            }
        }

        @Override
        public void actCaughtUp(Integer count, BlockingEffects<Integer> effects) {
            threads.add(Thread.currentThread().getName());
        }
    }

    private <S> ProcessorRunner<S> live(Processor<S> processor, StreamPath path) {
        ProcessorRunner<S> runner = start(ProcessorRunner.builder(streams, processor).stream(path)
                .executor(lane)
                .retry(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1))));
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    @Test
    void should_wait_for_appends_on_threads_that_are_not_the_lane() {
        ProcessorRunner<Integer> runner = live(
                new Waiter((said, offset, effects) -> {
                    long echoed = effects.append(new Echoed(said.text())).offset();
                    assertThat(echoed).isGreaterThan(offset);
                }),
                PATH);
        long last = sayMany(5);
        runner.awaitProcessed(last, LIMIT);

        assertThat(logOf("echoed")).hasSize(5);
        assertThat(threads).hasSizeGreaterThanOrEqualTo(6).doesNotContain("the-lane");
    }

    @Test
    void should_hold_up_nothing_but_its_own_stream() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        StreamPath slow = StreamPath.of("/agents/slow");
        ProcessorRunner<Integer> waiting =
                live(new Waiter((said, offset, effects) -> hold.await(60, TimeUnit.SECONDS)), slow);
        ProcessorRunner<Integer> other =
                live(new Waiter((said, offset, effects) -> effects.append(new Echoed(said.text()))), PATH);
        long held = say(slow, "wait");
        long last = sayMany(3);

        other.awaitProcessed(last, LIMIT); // on the same lane thread
        assertThat(waiting.status().acknowledgedThrough()).isLessThan(held);

        hold.countDown();
        waiting.awaitProcessed(held, LIMIT);
    }

    @Test
    void should_try_again_what_throws_and_record_it_in_the_end() {
        List<Integer> tries = new CopyOnWriteArrayList<>();
        ProcessorRunner<Integer> runner = live(
                new Waiter((said, offset, effects) -> {
                    tries.add(effects.delivery().attempt());
                    throw new IOException("the printer is on fire");
                }),
                PATH);
        long last = say("print");
        runner.awaitProcessed(last, LIMIT);

        assertThat(tries).containsExactly(1, 2, 3);
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type()))
                .singleElement()
                .satisfies(failed -> assertThat(failed.payloadJson().toString()).contains("the printer is on fire"));
    }

    @Test
    void should_interrupt_an_attempt_that_a_newer_one_supersedes() {
        List<String> interrupted = new CopyOnWriteArrayList<>();
        ProcessorRunner<Integer> runner = live(
                new Waiter((said, offset, effects) -> effects.launch("answer", Effects.because(offset), attempt -> {
                    if (said.text().equals("slow")) {
                        try {
                            new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            interrupted.add(said.text());
                            throw e;
                        }
                    }
                    effects.append(attempt, new Echoed(said.text()));
                })),
                PATH);
        say("slow");
        long last = say("quick");
        runner.awaitProcessed(last, LIMIT);

        eventually(() -> logOf("echoed").size() == 1 && interrupted.size() <= 1);
        runner.awaitIdle(LIMIT);
        assertThat(logOf("echoed"))
                .singleElement()
                .satisfies(echo ->
                        assertThat(echo.payloadJson().path("text").asText()).isEqualTo("quick"));
        assertThat(logOf(BuiltInType.EFFECT_FAILED.type())).isEmpty();
    }

    @Test
    void should_stop_from_inside_its_own_call_without_waiting_for_itself() {
        CompletableFuture<ProcessorRunner<Integer>> self = new CompletableFuture<>();
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        ProcessorRunner<Integer> runner = live(
                new Waiter((said, offset, effects) -> {
                    get(self).stop(Duration.ofHours(1));
                    stopped.complete(null);
                }),
                PATH);
        self.complete(runner);

        say("hi");
        get(stopped);

        assertThat(BlockingProcessor.isActing()).isFalse();
    }

    @Test
    void should_run_a_processor_that_is_made_of_functions() {
        Processor<Integer> echo = Processor.builder("echo", 0)
                .on(Said.class, (count, said) -> count + 1)
                .onEvent((count, event) -> event.type().equals("echoed") ? count + 100 : count)
                // the number of echoes in the state is not determined here
                .after(
                        Said.class,
                        (count, said, effects) -> effects.append(new Echoed(said.text() + " " + count % 100)))
                .build();
        ProcessorRunner<Integer> runner = live(echo, PATH);
        long last = sayMany(3);
        runner.awaitProcessed(last, LIMIT);
        runner.awaitIdle(LIMIT);

        assertThat(runner.state()).isEqualTo(303);
        assertThat(logOf("echoed"))
                .extracting(event -> event.payloadJson().path("text").asText())
                .containsExactly("text 0 1", "text 1 2", "text 2 3");
    }
}
