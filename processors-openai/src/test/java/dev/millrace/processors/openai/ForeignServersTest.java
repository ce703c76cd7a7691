package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.RetryScheduled;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.AgentFailure;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.tool.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Model servers of other projects, unchanged, with a real agent. */
@Timeout(120)
class ForeignServersTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static ForeignServer aimock;
    private static ForeignServer mockLlm;

    record FindOrder(String id) {}

    @BeforeAll
    static void start() throws Exception {
        aimock = ForeignServer.aimock();
        mockLlm = ForeignServer.mockLlm();
    }

    @AfterAll
    static void stop() throws Exception {
        if (aimock != null) {
            aimock.close();
        }
        if (mockLlm != null) {
            mockLlm.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_answer_with_aimock(Wire wire) {
        try (Talks talks = new Talks(aimock, wire)) {
            assertThat(talks.answer("greet us")).isEqualTo("Good morning to all of you in the valley.");
            assertThat(talks.answer("think of something")).isEqualTo("It rains tomorrow.");
            assertThat(talks.types()).contains("llm-chunk-added");
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_call_tools_with_aimock(Wire wire) {
        try (Talks talks = new Talks(aimock, wire)) {
            assertThat(talks.answer("order please")).isEqualTo("Order 18 costs 12 euros.");
            assertThat(talks.found).containsExactly("17", "18");

            assertThat(talks.answer("the same backwards")).isEqualTo("Found.");
            assertThat(talks.found).containsExactly("17", "18", "19");
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_try_again_after_an_error_of_aimock(Wire wire) {
        try (Talks talks = new Talks(aimock, wire)) {
            Turn busy = talks.say("/a/busy", "busy on " + wire.wireName());
            Turn broken = talks.say("/a/broken", "broken on " + wire.wireName());
            Turn cut = talks.say("/a/cut", "cut on " + wire.wireName());
            Turn poor = talks.say("/a/poor", "poor as a mouse");

            assertThat(busy.await(LIMIT).text()).isEqualTo("Now I have time.");
            assertThat(broken.await(LIMIT).text()).isEqualTo("It works again.");
            assertThat(cut.await(LIMIT).text()).isEqualTo("These are all words.");
            assertFails(poor, "quota");
            assertThat(talks.retries("/a/busy")).containsExactly("rate-limit");
            assertThat(talks.retries("/a/broken")).containsExactly("overloaded");
            assertThat(talks.retries("/a/cut")).hasSize(1);
            assertThat(talks.retries("/a/poor")).isEmpty();
        }
    }

    @Test
    void should_answer_with_mock_llm() {
        try (Talks talks = new Talks(mockLlm, Wire.CHAT)) {
            assertThat(talks.answer("hello")).isEqualTo("You said hello.");
            assertThat(talks.answer("hello again")).isEqualTo("You said hello again.");
        }
    }

    /** It sends errors as streams that begin with 200, so only the code and the type of an error say what it is. */
    @Test
    void should_try_again_after_an_error_of_mock_llm() {
        try (Talks talks = new Talks(mockLlm, Wire.CHAT)) {
            Turn busy = talks.say("/a/busy", "busy today?");
            Turn poor = talks.say("/a/poor", "poor as a mouse");
            Turn wrong = talks.say("/a/wrong", "wrong key");

            assertThat(busy.await(LIMIT).text()).isEqualTo("You said busy today?.");
            assertFails(poor, "quota");
            assertFails(wrong, "auth");
            assertThat(talks.retries("/a/busy")).containsExactly("rate-limit", "overloaded");
        }
    }

    @Test
    void should_get_text_in_pieces() throws Exception {
        for (Wire wire : Wire.values()) {
            assertThat(pieces(aimock, wire, "greet")).hasSize(9).startsWith("Good ", "morni");
        }
        assertThat(pieces(mockLlm, Wire.CHAT, "hello")).containsExactly("You sai", "d hello", ".");
    }

    @Test
    void should_list_their_models() throws Exception {
        assertThat(model(aimock, Wire.CHAT).models().get(60, TimeUnit.SECONDS)).contains("gpt-4o");
        assertThat(model(mockLlm, Wire.CHAT).models().get(60, TimeUnit.SECONDS)).containsExactly("mock");
    }

    private static List<String> pieces(ForeignServer server, Wire wire, String text) throws Exception {
        Recording said = new Recording();
        Prompt prompt = Prompt.builder()
                .model("m")
                .addParts(new PromptPart.Input("user", TextNode.valueOf(text)))
                .build();
        model(server, wire).send(prompt, said);
        assertThat(said.summary()).endsWith("| completed");
        return said.deltas.stream().map(delta -> delta.text()).toList();
    }

    private static void assertFails(Turn turn, String code) {
        assertThatThrownBy(() -> turn.await(LIMIT))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    private static OpenAiModel model(ForeignServer server, Wire wire) {
        return OpenAiModel.builder()
                .baseUrl(server.baseUrl())
                .apiKey("test")
                .model("m")
                .wire(wire)
                .build();
    }

    /** Conversations with an agent that has a tool. */
    private static final class Talks implements AutoCloseable {
        private final Set<String> found = new ConcurrentSkipListSet<>();
        private final StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start();
        private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
        private final Agents agents;

        Talks(ForeignServer server, Wire wire) {
            agents = Agents.on(streams)
                    .serve(
                            "/a",
                            Agent.named("helper")
                                    .instructions("You help.")
                                    .model(model(server, wire))
                                    .tool(Tool.of("find_order", FindOrder.class, this::find)
                                            .description("Finds an order.")
                                            .readOnly())
                                    .build())
                    .withoutLease()
                    .start();
            agents.awaitReady(LIMIT);
        }

        private String find(FindOrder order) {
            found.add(order.id());
            return "order " + order.id() + " costs 12 euros";
        }

        Turn say(String path, String text) {
            return agents.at(path).say(text);
        }

        String answer(String text) {
            return say("/a", text).await(LIMIT).text();
        }

        List<String> types() {
            return events("/a").stream().map(Event::type).toList();
        }

        List<String> retries(String path) {
            return events(path).stream()
                    .map(event -> event.decodedBy(AgentEvent.catalog()).payload())
                    .filter(RetryScheduled.class::isInstance)
                    .map(retry -> ((RetryScheduled) retry).failureClass())
                    .toList();
        }

        private List<Event> events(String path) {
            return streams.blocking(LIMIT).read(path, ReadRange.all());
        }

        @Override
        public void close() {
            agents.close();
            engine.close();
        }
    }
}
