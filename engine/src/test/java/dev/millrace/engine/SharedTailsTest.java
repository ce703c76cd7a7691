package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two engines on one store: the live tails and hosted processors of one learn what the other one commits. */
class SharedTailsTest {
    private static final StreamPath PATH = path("/top/shared");

    /** Fails a number of reads of the log. */
    private static final class FailingLog implements ForwardingEventStore {
        private final EventStore store = new InMemoryEventStore();
        private final AtomicInteger failures = new AtomicInteger();

        @Override
        public EventStore delegate() {
            return store;
        }

        @Override
        public List<LogEntry> entries(long afterPosition, int limit) {
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("the connection was lost");
            }
            return store.entries(afterPosition, limit);
        }
    }

    private final FailingLog store = new FailingLog();
    private final StreamEngine one = StreamEngine.builder(store).start();
    private final StreamEngine two = StreamEngine.builder(store)
            .processors(List.of(new HostingTest.EchoProvider("echo", false), new HostingTest.EchoProvider("audit", true)))
            .start();

    @AfterEach
    void stop() {
        two.close();
        one.close();
    }

    private static void append(StreamEngine engine, StreamPath path, String... events) {
        get(engine.append(PUBLIC, path, Json.all(events)));
    }

    private static void append(StreamEngine engine, String... events) {
        append(engine, PATH, events);
    }

    private List<EventRecord> log(StreamPath path) {
        return store.read(new StreamKey(PUBLIC, path), RecordRange.after(0, Integer.MAX_VALUE));
    }

    private RecordingSink caughtUpTail(StreamEngine engine, StreamPath path) {
        RecordingSink sink = new RecordingSink();
        var unused = engine.tail(PUBLIC, path, 0, sink);
        eventually(() -> sink.calls().stream().anyMatch(call -> call.startsWith("caught up")));
        return sink;
    }

    private static void awaitOffsets(RecordingSink sink, int last) {
        eventually(() -> sink.offsets().size() >= last);
        assertThat(sink.offsets())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, last).mapToObj(Long::valueOf).toList());
    }

    @Test
    void should_deliver_what_the_other_engine_appends() {
        append(one, "{'type':'first'}");
        RecordingSink tail = caughtUpTail(two, PATH);

        append(one, "{'type':'second'}");
        awaitOffsets(tail, 4); // with the two events of the creation

        append(two, "{'type':'third'}");
        append(one, "{'type':'fourth'}", "{'type':'fifth'}");
        awaitOffsets(tail, 7);
    }

    @Test
    void should_deliver_every_event_once_if_both_engines_append() {
        append(one, "{'type':'first'}");
        RecordingSink oneTail = caughtUpTail(one, PATH);
        RecordingSink twoTail = caughtUpTail(two, PATH);
        SubtreeRecorder subtree = new SubtreeRecorder();
        var unused = two.tailSubtree(PUBLIC, path("/top"), 0, false, subtree);
        Random random = new Random(1);

        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            StreamEngine engine = random.nextBoolean() ? one : two;
            answers.add(engine.append(PUBLIC, PATH, Json.all("{'type':'t'}")));
            if (random.nextInt(20) == 0) {
                answers.get(answers.size() - 1).join();
            }
        }
        answers.forEach(CompletableFuture::join);

        awaitOffsets(oneTail, log(PATH).size());
        awaitOffsets(twoTail, log(PATH).size());
        List<String> delivered = log(PATH).stream()
                .map(record -> PATH + "@" + record.offset())
                .toList();
        eventually(() -> subtree.calls().contains(delivered.get(delivered.size() - 1)));
        assertThat(subtree.calls().stream().filter(call -> call.startsWith(PATH + "@")))
                .containsExactlyElementsOf(delivered);
    }

    @Test
    void should_end_the_tails_of_a_stream_that_the_other_engine_destroys() {
        append(two, "{'type':'first'}");
        RecordingSink tail = caughtUpTail(two, PATH);

        get(one.destroy(PUBLIC, PATH, false));

        eventually(tail::hasEnded);
        assertThat(tail.failure()).isEmpty();
    }

    @Test
    void should_end_the_tails_of_a_stream_that_the_other_engine_destroys_and_creates_again() {
        append(two, "{'type':'first'}");
        RecordingSink tail = caughtUpTail(two, PATH);
        List<Long> before = tail.offsets();

        get(one.destroy(PUBLIC, PATH, false));
        append(one, "{'type':'a'}", "{'type':'b'}", "{'type':'c'}", "{'type':'d'}");

        eventually(tail::hasEnded);
        assertThat(tail.offsets()).isEqualTo(before);
        RecordingSink next = caughtUpTail(two, PATH);
        append(one, "{'type':'e'}");
        awaitOffsets(next, log(PATH).size());
        assertThat(next.hasEnded()).isFalse();
    }

    @Test
    void should_tell_a_subtree_what_the_other_engine_does_in_order() {
        SubtreeRecorder tail = new SubtreeRecorder();
        var unused = two.tailSubtree(PUBLIC, path("/top"), 0, false, tail);
        eventually(tail::isCaughtUp);

        append(one, path("/top/a"), "{'type':'first'}");
        get(one.destroy(PUBLIC, path("/top/a"), false));
        append(one, path("/top/a"), "{'type':'again'}");

        eventually(() -> tail.calls().indexOf("/top/a@2") > tail.calls().indexOf("/top/a destroyed")
                && tail.calls().contains("/top/a destroyed"));
        assertThat(tail.calls().subList(tail.calls().indexOf("/top/a destroyed"), tail.calls().size()))
                .contains("/top/a@1", "/top/a@2");
    }

    @Test
    void should_host_processors_for_what_the_other_engine_appends() {
        append(one, "{'type':'said','payload':{'text':'one'}}");

        eventually(() -> echoes("audit").equals(List.of("hello one")));
    }

    @Test
    void should_run_a_processor_that_is_attached_through_the_other_engine() {
        String type = BuiltInType.PROCESSOR_ATTACHED.type();
        append(one, "{'type':'" + type + "','payload':{'processor':'echo'}}");
        append(one, "{'type':'said','payload':{'text':'one'}}");

        eventually(() -> echoes("echo").equals(List.of("hello one")));
    }

    private List<String> echoes(String processor) {
        return get(two.streams(ProjectSlug.defaultProject())
                        .read(PATH, ReadRange.all()))
                .stream()
                .filter(event -> event.type().equals("echoed"))
                .filter(event -> event.provenance().orElseThrow().processor().equals(processor))
                .map(event -> event.payloadJson().path("text").textValue())
                .toList();
    }

    @Test
    void should_deliver_later_if_the_log_cannot_be_read() {
        append(one, "{'type':'first'}");
        RecordingSink oneTail = caughtUpTail(one, PATH);
        RecordingSink twoTail = caughtUpTail(two, PATH);
        store.failures.set(3);

        append(one, "{'type':'second'}");
        append(two, "{'type':'third'}");

        awaitOffsets(oneTail, 5);
        awaitOffsets(twoTail, 5);
    }
}
