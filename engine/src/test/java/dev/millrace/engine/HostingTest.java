package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventName;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.internal.commit.CommitListener;
import dev.millrace.engine.internal.hosting.ProcessorHost;
import dev.millrace.engine.internal.hosting.ProcessorStateCache;
import dev.millrace.engine.internal.hosting.ProcessorStates;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostingTest {
    @EventName("said")
    record Said(String text) {}

    @EventName("echoed")
    record Echoed(String text) {}

    /** Answers each {@code said} event with the greeting of its configuration and of the server's settings. */
    record Echo(String slug, String greeting) implements Processor<Integer> {
        @Override
        public EventCatalog events() {
            return EventCatalog.of(Said.class);
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
        public CompletionStage<Void> afterAppend(Integer count, Event event, Effects<Integer> effects) {
            return event.payload() instanceof Said said
                    ? Effects.done(effects.append(new Echoed(greeting + " " + said.text())))
                    : Effects.none();
        }
    }

    record EchoProvider(String name, boolean everywhere) implements ProcessorProvider {
        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            if (config.path("greeting").asText().equals("rude")) {
                throw new IllegalArgumentException("greeting must not be rude");
            }
            return new Echo(
                    name,
                    config.path("greeting").asText(context.setting("greeting").orElse("hello")));
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    private final EventStore store = new InMemoryEventStore();
    private final StreamEngine engine = StreamEngine.builder(store)
            .processors(List.of(new EchoProvider("echo", false), new EchoProvider("audit", true)))
            .settings(Map.of("greeting", "good day"))
            .start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @AfterEach
    void stop() {
        engine.close();
    }

    private void attach(StreamPath path, String processor, String greeting, boolean subtree) throws Exception {
        JsonNode config = JsonNodeFactory.instance.objectNode().put("greeting", greeting);
        append(path, new StreamEvent.ProcessorAttached(processor, Optional.of(config), Optional.of(subtree)));
    }

    private long append(StreamPath path, Object payload) throws Exception {
        return get(streams.append(path, EventInput.of(payload))).offset();
    }

    private List<String> echoes(StreamPath path, String processor) {
        return log(path).stream()
                .filter(event -> event.type().equals("echoed"))
                .filter(event -> event.provenance().orElseThrow().processor().equals(processor))
                .map(event -> event.payloadJson().path("text").textValue())
                .toList();
    }

    private List<Event> log(StreamPath path) {
        try {
            return get(streams.read(path, ReadRange.all()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEchoes(StreamPath path, String processor, String... texts) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(echoes(path, processor)).containsExactly(texts));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    void should_run_on_every_stream_what_runs_everywhere() throws Exception {
        append(PATH, new Said("one"));
        append(StreamPath.of("/other"), new Said("two"));

        awaitEchoes(PATH, "audit", "good day one");
        awaitEchoes(StreamPath.of("/other"), "audit", "good day two");
    }

    @Test
    void should_run_a_processor_from_its_attach_event_on_and_not_before() throws Exception {
        append(PATH, new Said("too early"));
        attach(PATH, "echo", "hi", false);
        append(PATH, new Said("there"));

        awaitEchoes(PATH, "echo", "hi there");
    }

    @Test
    void should_go_on_with_a_new_configuration_and_act_on_nothing_twice() throws Exception {
        attach(PATH, "echo", "hi", false);
        append(PATH, new Said("one"));
        awaitEchoes(PATH, "echo", "hi one");

        attach(PATH, "echo", "servus", false);
        append(PATH, new Said("two"));

        awaitEchoes(PATH, "echo", "hi one", "servus two");
    }

    @Test
    void should_stop_with_the_detach_event() throws Exception {
        attach(PATH, "echo", "hi", false);
        append(PATH, new Said("one"));
        awaitEchoes(PATH, "echo", "hi one");

        append(PATH, new StreamEvent.ProcessorDetached("echo"));
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> !get(streams.state(PATH)).processors().containsKey("echo"));
        append(PATH, new Said("two"));

        awaitEchoes(PATH, "audit", "good day one", "good day two");
        assertThat(echoes(PATH, "echo")).containsExactly("hi one");
    }

    @Test
    void should_reach_children_that_exist_and_act_on_all_of_those_that_come_later() throws Exception {
        StreamPath older = StreamPath.of("/agents/1/older");
        StreamPath later = StreamPath.of("/agents/1/deep/later");
        append(older, new Said("history"));
        attach(PATH, "echo", "hi", true);
        append(PATH, new Said("parent"));
        awaitEchoes(PATH, "echo", "hi parent");

        append(older, new Said("news"));
        append(later, new Said("first"));
        append(StreamPath.of("/agents/2"), new Said("elsewhere"));

        awaitEchoes(older, "echo", "hi news");
        awaitEchoes(later, "echo", "hi first");
        awaitEchoes(StreamPath.of("/agents/2"), "audit", "good day elsewhere");
        assertThat(echoes(StreamPath.of("/agents/2"), "echo")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"history news attach", "history attach news", "attach history news"})
    void should_act_on_what_came_after_the_attach_in_whatever_order_the_commits_are_told(String order)
            throws Exception {
        StreamPath older = StreamPath.of("/agents/1/older");
        Map<String, Runnable> held = new ConcurrentHashMap<>();
        ProcessorHost host = engine.parts().host();
        CommitListener late = new CommitListener() {
            @Override
            public void committed(StreamKey stream, long first, long last, List<EventRecord> records) {
                String json = new String(records.get(records.size() - 1).json(), StandardCharsets.UTF_8);
                Optional<String> name =
                        Stream.of(order.split(" ")).filter(json::contains).findFirst();
                Runnable tell = () -> host.committed(stream, first, last, records);
                name.ifPresentOrElse(known -> held.put(known, tell), tell);
            }

            @Override
            public void destroyed(StreamKey stream) {
                host.destroyed(stream);
            }
        };
        engine.parts().host(late, new ProcessorStateCache(store, host));

        append(older, new Said("history"));
        Awaitility.await().atMost(LIMIT).until(() -> held.containsKey("history"));
        attach(PATH, "echo", "hi", true);
        Awaitility.await().atMost(LIMIT).until(() -> held.containsKey("attach"));
        append(older, new Said("news"));
        Awaitility.await().atMost(LIMIT).until(() -> held.containsKey("news"));
        for (String name : order.split(" ")) {
            Objects.requireNonNull(held.get(name)).run();
        }

        awaitEchoes(older, "audit", "good day history", "good day news");
        awaitEchoes(older, "echo", "hi news");
    }

    @Test
    void should_act_on_children_from_the_event_on_that_extends_an_attachment_to_the_subtree() throws Exception {
        StreamPath child = StreamPath.of("/agents/1/child");
        attach(PATH, "echo", "hi", false);
        append(child, new Said("one"));
        awaitEchoes(child, "audit", "good day one");

        attach(PATH, "echo", "hi", true);
        append(child, new Said("two"));

        awaitEchoes(child, "echo", "hi two");
    }

    @Test
    void should_not_act_on_what_children_got_while_it_was_detached_above() throws Exception {
        StreamPath child = StreamPath.of("/agents/1/child");
        attach(PATH, "echo", "hi", true);
        append(child, new Said("one"));
        awaitEchoes(child, "echo", "hi one");
        append(PATH, new StreamEvent.ProcessorDetached("echo"));
        Awaitility.await().atMost(LIMIT).until(engine::isIdle);
        append(child, new Said("two"));
        awaitEchoes(child, "audit", "good day one", "good day two");

        attach(PATH, "echo", "hi", true);
        append(child, new Said("three"));

        awaitEchoes(child, "echo", "hi one", "hi three");
    }

    @Test
    void should_not_let_a_detach_switch_off_what_runs_everywhere_or_comes_from_above() throws Exception {
        StreamPath child = StreamPath.of("/agents/1/child");
        attach(PATH, "echo", "hi", true);
        append(child, new Said("one"));
        awaitEchoes(child, "echo", "hi one");

        append(child, new StreamEvent.ProcessorDetached("audit"));
        append(child, new StreamEvent.ProcessorDetached("echo"));
        append(child, new Said("two"));

        awaitEchoes(child, "audit", "good day one", "good day two");
        awaitEchoes(child, "echo", "hi one", "hi two");
    }

    @Test
    void should_run_again_after_a_detach_and_an_attach_at_once() throws Exception {
        attach(PATH, "echo", "hi", false);
        append(PATH, new Said("one"));
        awaitEchoes(PATH, "echo", "hi one");

        JsonNode config = JsonNodeFactory.instance.objectNode().put("greeting", "hi");
        get(streams.appendAll(
                PATH,
                List.of(
                        EventInput.of(new StreamEvent.ProcessorDetached("echo")),
                        EventInput.of(new Said("between")),
                        EventInput.of(new StreamEvent.ProcessorAttached("echo", Optional.of(config), Optional.empty())),
                        EventInput.of(new Said("two")))));

        awaitEchoes(PATH, "echo", "hi one", "hi two");
    }

    @Test
    void should_not_act_on_what_happened_while_it_was_detached() throws Exception {
        attach(PATH, "echo", "hi", false);
        append(PATH, new Said("one"));
        awaitEchoes(PATH, "echo", "hi one");
        append(PATH, new StreamEvent.ProcessorDetached("echo"));
        append(PATH, new Said("meanwhile"));
        awaitEchoes(PATH, "audit", "good day one", "good day meanwhile");

        attach(PATH, "echo", "servus", false);
        append(PATH, new Said("two"));

        awaitEchoes(PATH, "echo", "hi one", "servus two");
    }

    @Test
    void should_end_on_the_children_what_a_destroyed_parent_had_attached() throws Exception {
        StreamPath child = StreamPath.of("/agents/1/child");
        attach(PATH, "echo", "hi", true);
        append(child, new Said("one"));
        awaitEchoes(child, "echo", "hi one");

        get(streams.destroy(PATH, false));
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> !get(streams.state(child)).processors().containsKey("echo"));
        append(StreamPath.of("/other"), new Said("later"));
        awaitEchoes(StreamPath.of("/other"), "audit", "good day later");
        append(child, new Said("two"));

        awaitEchoes(child, "audit", "good day one", "good day two");
        assertThat(echoes(child, "echo")).containsExactly("hi one");
    }

    @Test
    void should_record_what_it_cannot_run() throws Exception {
        attach(PATH, "unknown", "hi", false);
        attach(PATH, "echo", "rude", false);

        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(log(PATH).stream()
                                .filter(event -> BuiltInType.ERROR_OCCURRED.matches(event.type()))
                                .map(event ->
                                        event.payloadJson().path("message").textValue()))
                        .containsExactlyInAnyOrder(
                                "cannot run processor 'unknown' on /agents/1: no processor is named 'unknown' on this server;"
                                        + " it knows [audit, echo]; correct the name in processor-attached, or add the jar"
                                        + " with its ProcessorProvider to the class path of the server and restart it",
                                "cannot run processor 'echo' on /agents/1: greeting must not be rude"));
    }

    @Test
    void should_fold_the_slices_to_the_head_that_a_request_saw_and_no_further() throws Exception {
        for (int i = 0; i < 6; i++) {
            append(PATH, new Said("hi"));
        }
        StreamKey stream = new StreamKey(ProjectSlug.defaultProject(), PATH);
        StreamHead newest = store.head(stream).orElseThrow();
        ProcessorStateCache folds =
                new ProcessorStateCache(store, engine.parts().host());

        for (long offset : List.of(3L, 7L, 5L, 2L, 4L, 6L)) {
            StreamHead seen = new StreamHead(newest.incarnation(), offset, newest.lastCreatedAt(), false);
            long said = log(PATH).stream()
                    .filter(event -> event.offset() <= offset && event.type().equals("said"))
                    .count();
            assertThat(folds.at(stream, seen, ProcessorStates.Scope.ALL).get("audit"))
                    .as("@" + offset)
                    .isEqualTo(IntNode.valueOf((int) said));
        }
    }

    @Test
    void should_show_the_slices_of_a_stream_in_its_state() throws Exception {
        attach(PATH, "echo", "hi", false);
        append(PATH, new Said("one"));
        append(PATH, new Said("two"));

        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> get(streams.state(PATH)).processors().containsKey("echo"));
        StreamState state = get(streams.state(PATH));

        assertThat(state.processors())
                .containsEntry("echo", IntNode.valueOf(2))
                .containsEntry("audit", IntNode.valueOf(2));
    }

    @Test
    void should_leave_a_destroyed_stream_destroyed() throws Exception {
        attach(PATH, "echo", "hi", false);
        append(PATH, new Said("one"));
        awaitEchoes(PATH, "echo", "hi one");

        get(streams.destroy(PATH, false));
        append(StreamPath.of("/other"), new Said("meanwhile"));
        awaitEchoes(StreamPath.of("/other"), "audit", "good day meanwhile");

        assertThat(engine.head(ProjectSlug.defaultProject(), PATH)).isEmpty();
        append(PATH, new Said("in the next life"));
        awaitEchoes(PATH, "audit", "good day in the next life");
        assertThat(echoes(PATH, "echo")).isEmpty();
    }

    @Test
    void should_let_go_of_idle_streams_and_take_them_up_again() throws Exception {
        VirtualTimers timers = new VirtualTimers();
        try (StreamEngine sleepy = StreamEngine.builder(new InMemoryEventStore())
                .timers(timers)
                .processors(List.of(new EchoProvider("audit", true)))
                .start()) {
            EventStreams port = sleepy.streams(ProjectSlug.defaultProject());
            get(port.append(PATH, EventInput.of(new Said("one"))));
            Awaitility.await().atMost(LIMIT).until(() -> sleepy.parts().host().activeStreams() == 3); // with ancestors
            Awaitility.await().atMost(LIMIT).until(() -> {
                timers.advance(Duration.ofMinutes(2));
                return sleepy.parts().host().activeStreams() == 0;
            });

            get(port.append(PATH, EventInput.of(new Said("two"))));

            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(get(port.read(PATH, ReadRange.all())))
                            .extracting(Event::type)
                            .filteredOn("echoed"::equals)
                            .hasSize(2));
        }
    }

    @Test
    void should_let_go_of_idle_streams_after_a_store_failed_meanwhile() throws Exception {
        VirtualTimers timers = new VirtualTimers();
        ControlledStore failing = new ControlledStore(new InMemoryEventStore());
        try (StreamEngine sleepy = StreamEngine.builder(failing)
                .timers(timers)
                .processors(List.of(new EchoProvider("audit", true)))
                .start()) {
            EventStreams port = sleepy.streams(ProjectSlug.defaultProject());
            get(port.append(PATH, EventInput.of(new Said("one"))));
            Awaitility.await().atMost(LIMIT).until(() -> sleepy.parts().host().activeStreams() == 3);
            AtomicInteger failures = new AtomicInteger();
            failing.beforeHead(stream -> {
                if (Thread.currentThread().getName().startsWith("millrace-host-") && failures.incrementAndGet() <= 3) {
                    throw new IllegalStateException("disk failed");
                }
            });

            Awaitility.await().atMost(LIMIT).until(() -> {
                timers.advance(Duration.ofMinutes(2));
                return sleepy.parts().host().activeStreams() == 0 && failures.get() > 3;
            });
            get(port.append(PATH, EventInput.of(new Said("two"))));

            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(get(port.read(PATH, ReadRange.all())))
                            .extracting(Event::type)
                            .filteredOn("echoed"::equals)
                            .hasSize(2));
        }
    }

    @Test
    void should_refuse_two_processors_of_one_name() {
        assertThatThrownBy(() -> StreamEngine.builder(new InMemoryEventStore())
                        .processors(List.of(new EchoProvider("echo", false), new EchoProvider("echo", true)))
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two processors are named 'echo'")
                .hasMessageContaining("EchoProvider");
    }
}
