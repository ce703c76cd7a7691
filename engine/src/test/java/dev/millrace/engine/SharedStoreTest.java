package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.engine.spi.UncertainCommitException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two engines append to one store, as two processes would: each decides again if the other one was faster. */
class SharedStoreTest {
    private static final StreamPath PATH = path("/shared");
    private static final StreamKey STREAM = new StreamKey(PUBLIC, PATH);

    private final ControlledStore store = new ControlledStore(new InMemoryEventStore());
    private final StreamEngine one = StreamEngine.builder(store).start();
    private final StreamEngine two = StreamEngine.builder(store).start();

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    private static CompletableFuture<List<AppendedRecord>> append(StreamEngine engine, String json) {
        return engine.append(PUBLIC, PATH, Json.all(json)).orTimeout(30, TimeUnit.SECONDS);
    }

    private List<EventRecord> log() {
        return store.read(STREAM, RecordRange.after(0, Integer.MAX_VALUE));
    }

    /** Lets the second engine do something between the decision and the commit of the first one, once. */
    private void betweenDecisionAndCommit(Runnable work) {
        AtomicInteger commits = new AtomicInteger();
        store.beforeCommit(proposal -> {
            if (commits.getAndIncrement() == 0) {
                elsewhere(work);
            }
        });
    }

    /** Runs something on another thread, and waits for it. */
    private static void elsewhere(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        try {
            thread.join(30_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void should_number_events_after_those_of_the_other_engine() {
        append(one, "{'type':'first'}").join();
        betweenDecisionAndCommit(() -> append(two, "{'type':'faster'}").join());

        AppendedRecord answer = append(one, "{'type':'slower'}").join().get(0);

        assertThat(answer.event().offset()).isEqualTo(4);
        assertThat(Json.text(answer.event())).isEqualTo(Json.text(log().get(3)));
        assertThat(log()).extracting(EventRecord::type).endsWith("first", "faster", "slower");
    }

    @Test
    void should_refuse_an_offset_that_the_other_engine_took() {
        append(one, "{'type':'first'}").join();
        betweenDecisionAndCommit(() -> append(two, "{'type':'faster'}").join());

        assertRefused(StreamException.Code.OFFSET_MISMATCH, append(one, "{'type':'slower','offset':3}"));
        assertThat(log()).hasSize(3);
    }

    @Test
    void should_refuse_an_offset_after_one_of_the_same_group_that_the_other_engine_moved() {
        append(one, "{'type':'first'}").join();
        List<CompletableFuture<?>> group = new ArrayList<>();
        AtomicInteger commits = new AtomicInteger();
        store.beforeCommit(proposal -> {
            int commit = commits.getAndIncrement();
            if (commit == 0) { // both wait until this commit is done, so they become one group
                group.add(append(one, "{'type':'any'}"));
                group.add(append(one, "{'type':'fifth','offset':5}"));
            } else if (commit == 1) {
                elsewhere(() -> append(two, "{'type':'faster'}").join());
            }
        });

        append(one, "{'type':'second'}").join();

        group.get(0).join();
        assertRefused(StreamException.Code.OFFSET_MISMATCH, group.get(1));
        assertThat(log()).extracting(EventRecord::type).endsWith("first", "second", "faster", "any");
    }

    @Test
    void should_answer_with_the_event_that_the_other_engine_stored_under_the_key() {
        append(one, "{'type':'first'}").join();
        betweenDecisionAndCommit(
                () -> append(two, "{'type':'a','idempotencyKey':'k'}").join());

        AppendedRecord answer =
                append(one, "{'type':'a','idempotencyKey':'k'}").join().get(0);

        assertThat(answer.replayed()).isTrue();
        assertThat(answer.event().offset()).isEqualTo(3);
        assertThat(log()).hasSize(3);
    }

    @Test
    void should_refuse_an_append_if_the_other_engine_has_paused_the_stream() {
        append(one, "{'type':'first'}").join();
        betweenDecisionAndCommit(() -> append(two, "{'type':'" + BuiltInType.PAUSED.type() + "','payload':{}}")
                .join());

        assertRefused(StreamException.Code.PAUSED, append(one, "{'type':'slower'}"));
    }

    @Test
    void should_create_a_stream_anew_that_the_other_engine_has_destroyed() {
        append(one, "{'type':'first'}").join();
        betweenDecisionAndCommit(() -> two.destroy(PUBLIC, PATH, false).join());

        append(one, "{'type':'slower'}").join();

        assertThat(log()).extracting(EventRecord::offset).containsExactly(1L, 2L);
        assertThat(log().get(1).type()).isEqualTo("slower");
    }

    @Test
    void should_create_a_stream_once_if_both_engines_do() {
        betweenDecisionAndCommit(() -> append(two, "{'type':'faster'}").join());

        append(one, "{'type':'slower'}").join();

        assertThat(log().stream().filter(record -> BuiltInType.INITIALIZED.matches(record.type())))
                .hasSize(1);
        assertThat(log()).extracting(EventRecord::type).endsWith("faster", "slower");
    }

    @Test
    void should_let_one_engine_win_each_offset() {
        append(one, "{'type':'first'}").join();
        int rounds = 200;
        List<CompletableFuture<?>> answers = new ArrayList<>();
        AtomicInteger won = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        for (int i = 0; i < rounds; i++) {
            for (StreamEngine engine : List.of(one, two)) {
                String json = "{'type':'t','offset':" + (3 + i) + "}";
                answers.add(append(engine, json)
                        .handle((done, failure) -> (failure == null ? won : lost).incrementAndGet()));
                answers.add(append(engine, "{'type':'t','idempotencyKey':'k" + i + "'}"));
            }
        }
        answers.forEach(CompletableFuture::join);

        assertThat(won.get() + lost.get()).isEqualTo(2 * rounds);
        assertThat(log())
                .extracting(EventRecord::offset)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 2 + rounds + won.get())
                        .boxed()
                        .toList());
        assertThat(log().stream().map(EventRecord::idempotencyKey).flatMap(Optional::stream))
                .doesNotHaveDuplicates()
                .hasSize(rounds);
    }

    @Test
    void should_give_up_if_the_store_changes_all_the_time() {
        append(one, "{'type':'first'}").join();
        store.failWith(new StaleFactsException("always"));

        assertRefused(StreamException.Code.UNAVAILABLE, append(one, "{'type':'t'}"));
    }

    @Test
    void should_say_that_it_is_not_known_whether_an_event_is_stored() {
        append(one, "{'type':'first'}").join();
        store.failWith(new UncertainCommitException("the connection was lost", new IllegalStateException()));

        assertThatThrownBy(() -> append(one, "{'type':'t'}").join())
                .hasMessageContaining("it is not known whether it is stored")
                .hasMessageContaining("the connection was lost")
                .hasMessageContaining("send it again with the same idempotency key");
    }

    private static void assertRefused(StreamException.Code code, CompletableFuture<?> answer) {
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
