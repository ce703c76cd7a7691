package dev.millrace.processors.agent.tool;

import static dev.millrace.processors.agent.tool.HostStage.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host whose tools come from a source, and change. */
@Timeout(60)
class ToolSourceTest {
    private static final JsonNode ANY = json("{'type':'object'}");

    /** A source whose list the test sets. */
    private static final class Listed implements ToolSource {
        private Consumer<List<Tool<?>>> listener = tools -> {};
        private Optional<List<Tool<?>>> listed = Optional.empty();
        private Runnable beforeStart = () -> {};
        private int starts;
        private int closes;

        @Override
        public synchronized void start(Consumer<List<Tool<?>>> newListener) {
            beforeStart.run();
            listener = newListener;
            starts++;
            listed.ifPresent(listener);
        }

        synchronized void has(Tool<?>... tools) {
            listed = Optional.of(List.of(tools));
            listener.accept(listed.get());
        }

        @Override
        public synchronized void close() {
            closes++;
        }

        @Override
        public String toString() {
            return "the list";
        }

        synchronized int starts() {
            return starts;
        }

        synchronized int closes() {
            return closes;
        }
    }

    private final HostStage stage = new HostStage();
    private final Listed source = new Listed();

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void should_offer_the_tools_when_they_are_known_and_when_they_have_changed_on_a_quiet_stream() {
        ToolHost host = stage.host("shop", echo("own")).source(source).build();
        stage.append(EventInput.ofType("agent-input-added"));
        ProcessorRunner<ToolHostState> runner = stage.start(host);
        runner.awaitIdle(HostStage.LIMIT);
        assertThat(stage.all(ToolsOffered.class)).isEmpty();

        source.has(echo("one"));
        stage.eventually(() -> names().equals(List.of("own", "one")));
        source.has(echo("two"), echo("one"), echo("own"));
        stage.eventually(() -> names().equals(List.of("own", "two", "one")));
        source.has(echo("two"), echo("one"));
        runner.awaitIdle(HostStage.LIMIT);
        host.close();

        assertThat(stage.all(ToolsOffered.class)).hasSize(2);
        assertThat(source.starts()).isEqualTo(1);
        assertThat(source.closes()).isEqualTo(1);
    }

    @Test
    void should_say_once_that_a_source_has_not_answered() {
        ToolHost host = stage.host("shop", echo("own")).source(source).build();
        stage.append(EventInput.ofType("agent-input-added"));
        ProcessorRunner<ToolHostState> runner = stage.start(host);
        runner.awaitIdle(HostStage.LIMIT);
        stage.timers.advance(Duration.ofSeconds(10));
        stage.eventually(() -> names().equals(List.of("own")));
        stage.append(EventInput.ofType("agent-input-added"));
        stage.eventually(() -> !errors().isEmpty());
        source.has(echo("one"));
        stage.eventually(() -> names().equals(List.of("own", "one")));
        runner.awaitIdle(HostStage.LIMIT);

        assertThat(errors()).hasSize(1);
        assertThat(errors().get(0).payloadJson().path("message").asText())
                .startsWith("the tool host 'shop' does not know the tools of the list yet, after 10 s");
        assertThat(errors().get(0).payloadJson().path("error"))
                .isEqualTo(json("{'code':'tools-missing','host':'shop','sources':['the list']}"));
    }

    private List<Event> errors() {
        return stage
                .streams
                .read(HostStage.PATH, ReadRange.all())
                .orTimeout(HostStage.LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .stream()
                .filter(event -> event.type().equals(EventCatalog.nameOf(StreamEvent.ErrorOccurred.class)))
                .toList();
    }

    @Test
    void should_close_a_source_that_starts_while_the_host_is_closed() {
        ToolHost host = stage.host("shop").source(source).build();
        source.beforeStart = host::close;
        stage.append(EventInput.ofType("agent-input-added"));
        stage.start(host).awaitIdle(HostStage.LIMIT);

        assertThat(source.starts()).isEqualTo(1);
        assertThat(source.closes()).isEqualTo(2);
        stage.timers.advance(Duration.ofSeconds(10));
        assertThat(errors()).isEmpty();
    }

    @Test
    void should_end_a_running_call_whose_tool_is_gone() {
        CompletableFuture<String> result = new CompletableFuture<>();
        stage.append(EventInput.ofType("agent-input-added"));
        stage.start(stage.host("shop").source(source).build());
        source.has(Tool.of("slow", ANY, (arguments, call) -> result));
        stage.await(ToolsOffered.class);
        stage.request("c1", "slow", "{}", SideEffect.ONCE);
        stage.await(CallStarted.class);

        source.has();
        stage.eventually(() -> names().isEmpty());
        result.complete("late");

        assertThat(stage.await(CallCompleted.class).result()).isEqualTo(TextNode.valueOf("late"));
    }

    @Test
    void should_run_a_call_of_an_earlier_process_when_the_tools_are_known() {
        stage.append(new ToolsOffered("shop", "earlier", List.of(echo("one").offer())));
        stage.request("c1", "one", "{'a':1}", SideEffect.ONCE);
        stage.start(stage.host("shop").source(source).build());
        assertThat(stage.story("c1")).containsExactly("call-requested");

        source.has(echo("one"));

        assertThat(stage.await(CallCompleted.class).result()).isEqualTo(json("{'a':1}"));
    }

    @Test
    void should_tell_an_unknown_outcome_from_a_failure() {
        stage.append(EventInput.ofType("agent-input-added"));
        stage.start(stage.host("shop", broken("pay"), broken("find").readOnly()).build());
        stage.await(ToolsOffered.class);
        stage.request("c1", "pay", "{}", SideEffect.ONCE);
        stage.request("c2", "find", "{}", SideEffect.READ_ONLY);

        assertThat(stage.await(CallOutcomeUnknown.class).reason()).isEqualTo("the connection broke");
        assertThat(stage.await(CallFailed.class).result().asText()).contains("the connection broke");
    }

    private static Tool<JsonNode> echo(String name) {
        return Tool.of(name, ANY, (arguments, call) -> arguments);
    }

    private static Tool<JsonNode> broken(String name) {
        return Tool.of(name, ANY, (arguments, call) -> {
            throw new OutcomeUnknownException("the connection broke");
        });
    }

    private List<String> names() {
        List<ToolsOffered> offers = stage.all(ToolsOffered.class);
        return offers.isEmpty()
                ? List.of("-")
                : offers.get(offers.size() - 1).tools().stream()
                        .map(OfferedTool::name)
                        .toList();
    }
}
