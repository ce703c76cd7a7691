package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent.ProcessorAttached;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.HostingTest.EchoProvider;
import dev.millrace.engine.HostingTest.Said;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A processor that runs is attached again with a configuration that it refuses. */
class ReattachTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    private final EventStore store = new Unclosable(new InMemoryEventStore());
    private StreamEngine engine = start();

    private StreamEngine start() {
        return StreamEngine.builder(store)
                .processors(List.of(new EchoProvider("echo", false)))
                .start();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void should_go_on_with_the_configuration_that_works() {
        attach("hi");
        say("one");
        awaitLast("hi one");

        attach("rude");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(texts("message", BuiltInType.ERROR_OCCURRED.type()))
                        .containsExactly("cannot run processor 'echo' on /agents/1: greeting must not be rude;"
                                + " it goes on with its earlier configuration"));
        say("two");
        awaitLast("hi two");

        engine.close();
        engine = start();
        say("three");
        awaitLast("hi three");

        attach("hey");
        say("four");
        awaitLast("hey four");
        assertThat(texts("text", "echoed")).containsExactly("hi one", "hi two", "hi three", "hey four");
        assertThat(texts("message", BuiltInType.ERROR_OCCURRED.type())).hasSize(1);
    }

    private BlockingEventStreams streams() {
        return engine.streams(ProjectSlug.defaultProject()).blocking(LIMIT);
    }

    private void attach(String greeting) {
        streams()
                .append(
                        PATH,
                        new ProcessorAttached(
                                "echo",
                                Optional.of(
                                        JsonNodeFactory.instance.objectNode().put("greeting", greeting)),
                                Optional.empty()));
    }

    private void say(String text) {
        streams().append(PATH, new Said(text));
    }

    private void awaitLast(String echo) {
        await().atMost(LIMIT).until(() -> texts("text", "echoed").contains(echo));
    }

    private List<String> texts(String field, String type) {
        Stream<Event> log = streams().read(PATH, ReadRange.all()).stream();
        return log.filter(event -> event.type().toString().equals(type))
                .map(event -> event.payloadJson().path(field).asText())
                .toList();
    }

    /** A store that stays open when its engine stops. */
    private record Unclosable(EventStore delegate) implements ForwardingEventStore {
        @Override
        public void close() {}
    }
}
