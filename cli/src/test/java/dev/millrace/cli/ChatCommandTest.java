package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.cli.internal.terminal.ShortTypeName;
import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.processors.agent.tool.ToolHostState;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.scriptedmodel.ToolCall;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code millrace chat}, with a real server, a scripted model, and a host of tools. */
@Timeout(120)
class ChatCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PATH = "/chat";
    private static final ModelReply REFUND = ModelReply.call("1", "refund", "{\"order\":\"17\",\"euros\":120}");

    record Find(String order) {}

    record Refund(String order, int euros) {}

    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final List<Refund> refunds = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        while (!closing.isEmpty()) {
            closing.pop().close();
        }
    }

    @Test
    void should_answer_each_line_of_a_pipe() {
        LocalService service = serve(ModelScript.assistant());
        Screen pipe = Screen.pipe("What is 6 * 7?\n\nWhat is 6 + 7?\n");

        assertThat(run(pipe, service, "--attach")).isZero();

        assertThat(pipe.out())
                .isEqualToIgnoringNewLines("6 * 7 is 42.6 + 7 is 13.")
                .hasLineCount(2);
        assertThat(pipe.err()).isEmpty();
        run(Screen.pipe(""), service, "--attach");
        assertThat(types(service)).filteredOn("processor-attached"::equals).hasSize(1);
    }

    @Test
    void should_end_with_1_if_one_line_got_no_answer() {
        LocalService service = serve(ModelScript.of(
                ModelReply.failure(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
                ModelReply.text("Here I am.")));
        Screen pipe = Screen.pipe("one\ntwo\n");

        assertThat(run(pipe, service, "--attach")).isEqualTo(1);

        assertThat(pipe.out()).isEqualToIgnoringNewLines("Here I am.");
        assertThat(pipe.err())
                .startsWith("millrace: the request to the model failed (auth): ")
                .contains("Incorrect API")
                .hasLineCount(1);
    }

    @Test
    void should_say_what_to_do_if_no_agent_answers() {
        Screen pipe = Screen.pipe("hello\n");

        assertThat(run(pipe, serve(ModelScript.assistant()))).isEqualTo(1);

        assertThat(pipe.out()).isEmpty();
        assertThat(pipe.err())
                .startsWith(
                        "millrace: no agent answers at /chat: attach the one of the server with 'millrace chat --attach"
                                + " /chat'")
                .hasLineCount(1);
    }

    @Test
    void should_only_list_approvals_in_a_pipe() {
        LocalService service = serveWithTools(REFUND);
        Screen pipe = Screen.pipe("refund order 17\nand then?\n");

        assertThat(run(pipe, service, "--timeout", "1")).isEqualTo(1);

        assertThat(pipe.out()).isEmpty();
        assertThat(pipe.err().lines().toList())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("millrace: refund {\"order\":\"17\",\"euros\":120} waits for an approval until ");
        assertThat(pipe.err()).contains("no answer at /chat within PT1S; 1 calls wait for an approval");
        assertThat(types(service)).filteredOn("agent-input-added"::equals).hasSize(1);
    }

    @Test
    void should_print_text_and_calls_and_end_with_the_input() {
        LocalService service = serveWithTools(
                ModelReply.calls("Let me see.", new ToolCall("1", "find", "{\"order\":\"17\"}")),
                ModelReply.text("It costs\n12 \u001b[31meuros."));
        Chat chat = chat(service);

        chat.type("What does order 17 cost?");
        chat.awaitText("euros.\n> ");
        chat.close();

        assertThat(chat.exitCode()).isZero();
        assertThat(chat.screen.out())
                .contains("> Let me see.\n  find {\"order\":\"17\"} -> order 17 costs 12 euros\nIt costs\n")
                .endsWith("12 \uFFFD[31meuros.\n> \n");
        assertThat(chat.screen.err()).isEmpty();
    }

    @Test
    void should_run_a_call_that_the_person_approves() {
        LocalService service = serveWithTools(REFUND, ModelReply.text("Done."));
        Chat chat = chat(service, "--as", "ann");

        chat.type("refund order 17");
        chat.awaitText("refund {\"order\":\"17\",\"euros\":120} waits for an approval until ");
        chat.awaitText("empty = later");
        assertThat(refunds).isEmpty();
        chat.type("what?");
        chat.type("Y");
        chat.awaitText("Done.\n> ");
        chat.type("/quit");

        assertThat(chat.exitCode()).isZero();
        assertThat(chat.screen.out()).contains("  refund {\"order\":\"17\",\"euros\":120} -> paid back\nDone.");
        assertThat(refunds).containsExactly(new Refund("17", 120));
        assertThat(event(service, "tool-approval-granted").payloadJson().toString())
                .contains("\"by\":{\"person\":\"ann\"}");
    }

    @Test
    void should_tell_the_model_why_the_person_denies() {
        LocalService service = serveWithTools(REFUND, ModelReply.text("Sorry."));
        Chat chat = chat(service, "--as", "ann");

        chat.type("refund order 17");
        chat.awaitText("empty = later");
        chat.type("n not this customer");
        chat.awaitText("Sorry.\n> ");

        assertThat(chat.screen.out()).contains(" -> denied by ann: not this customer\nSorry.");
        assertThat(refunds).isEmpty();
    }

    @Test
    void should_run_a_call_with_the_arguments_of_the_person() {
        LocalService service = serveWithTools(REFUND, ModelReply.text("Done."));
        Chat chat = chat(service);

        chat.type("refund order 17");
        chat.awaitText("empty = later");
        chat.type("e");
        chat.type("[1]");
        chat.awaitError("the arguments must be an object, for example {\"order\":\"17\",\"euros\":120}");
        chat.type("{\"order\":\"17\",\"euros\":12}");
        chat.awaitText("refund {\"order\":\"17\",\"euros\":12} waits for an approval");
        chat.type("y");
        chat.awaitText("Done.\n> ");

        assertThat(refunds).containsExactly(new Refund("17", 12));
        assertThat(chat.screen.out()).contains("  refund {\"order\":\"17\",\"euros\":12} -> paid back\n");
    }

    @Test
    void should_keep_the_question_if_the_decision_is_refused() {
        LocalService service = serveWithTools(REFUND, ModelReply.text("Done."));
        Chat chat = chat(service);
        chat.type("refund order 17");
        chat.awaitText("empty = later");

        streams(service).append(PATH, new StreamEvent.Paused(Optional.empty()));
        chat.type("y");
        chat.awaitError("millrace: append");
        assertThat(refunds).isEmpty();
        streams(service).append(PATH, new StreamEvent.Resumed(Optional.empty()));
        chat.type("y");
        chat.awaitText("Done.\n> ");

        assertThat(refunds).hasSize(1);
    }

    @Test
    void should_ask_again_in_a_later_chat() {
        LocalService service = serveWithTools(REFUND, ModelReply.text("Done."));
        Chat first = chat(service);
        first.type("refund order 17");
        first.awaitText("empty = later");
        first.type("");
        first.awaitText("empty = later\n> ");
        first.type("/approvals");
        await().atMost(LIMIT).until(() -> first.screen.out().split("empty = later", -1).length == 3);
        first.close();
        assertThat(first.exitCode()).isZero();

        Chat second = chat(service);
        second.awaitText("empty = later");
        second.type("y");
        second.awaitText("Done.\n> ");

        assertThat(refunds).hasSize(1);
    }

    @Test
    void should_close_a_question_that_is_decided_elsewhere() {
        LocalService service = serveWithTools(REFUND, ModelReply.text("Done."));
        Chat first = chat(service);
        first.type("refund order 17");
        first.awaitText("empty = later");
        Chat second = chat(service);
        second.awaitText("empty = later");

        second.type("e");
        second.type("{\"order\":\"17\",\"euros\":12}");
        first.awaitText("  decided or changed elsewhere; press Enter to go on\n");
        first.type("y"); // meant for the old arguments
        first.awaitText("refund {\"order\":\"17\",\"euros\":12} waits for an approval");
        assertThat(types(service)).doesNotContain("tool-approval-granted");
        second.type("y");
        // the notice about the decision and the result of the call come in either order
        first.awaitText("go on\n", 2);
        first.awaitText("  refund {\"order\":\"17\",\"euros\":12} -> paid back\n");
        first.awaitText("Done.");
        first.type("");
        first.awaitText("Done.\n> ");

        assertThat(refunds).containsExactly(new Refund("17", 12));
    }

    @Test
    void should_stop_the_agent_and_go_on_with_the_next_message() {
        LocalService service =
                serve(ModelScript.of(ModelReply.text("never said").afterSilence(), ModelReply.text("Here I am.")));
        Chat chat = chat(service, "--attach");

        chat.type("/stop");
        chat.awaitError("millrace: there is nothing to stop");
        chat.type("/go");
        chat.awaitError("millrace: there is no command /go; there are /stop, /approvals and /quit");
        chat.type("/approvals");
        chat.awaitText("  no call waits for an approval\n");
        chat.type("hello");
        await().atMost(LIMIT).until(() -> types(service).contains("llm-request-started"));
        chat.type("/stop");
        chat.awaitError("a caller stopped the agent");
        chat.type("hello again");
        chat.awaitText("Here I am.\n> ");
    }

    @Test
    void should_fail_in_one_line_without_a_server() {
        Screen pipe = Screen.pipe("hello\n");
        assertThat(pipe.run("chat", PATH, "--url", "http://127.0.0.1:1")).isEqualTo(1);
        assertThat(pipe.err()).startsWith("millrace: append").hasLineCount(1);

        Screen usage = Screen.pipe();
        assertThat(usage.run("chat", PATH, "--as", " ")).isEqualTo(2);
        assertThat(usage.err()).contains("--as must be the name of a person");
        assertThat(usage.run("chat", PATH, "--timeout", "0")).isEqualTo(2);
    }

    private LocalService serve(ModelScript script) {
        ScriptedModelServer model = ScriptedModelServer.start(script);
        closing.push(model);
        LocalService service = LocalService.start(
                DataDirectoryOptions.Opened.only(new InMemoryEventStore()),
                Map.of("openai.base-url", model.baseUrl(), "openai.api-key", "key", "openai.model", "scripted"),
                LocalService.Listening.locally(0, false));
        closing.push(service);
        return service;
    }

    /** A server with an agent at {@link #PATH}, and a host that has offered its tools. */
    private LocalService serveWithTools(ModelReply first, ModelReply... next) {
        LocalService service = serve(ModelScript.of(first, next));
        streams(service).append(PATH, new StreamEvent.ProcessorAttached("agent", Optional.empty(), Optional.empty()));
        ToolHost host = ToolHost.of(
                Tool.of("find", Find.class, find -> "order " + find.order() + " costs 12 euros")
                        .readOnly(),
                Tool.of("refund", Refund.class, (refund, call) -> {
                            refunds.add(refund);
                            return "paid back";
                        })
                        .approval());
        ProcessorRunner<ToolHostState> runner = ProcessorRunner.builder(service.streams(), host).stream(PATH)
                .withoutLease()
                .start();
        closing.push(runner);
        await().atMost(LIMIT).until(() -> types(service).contains("tools-offered"));
        return service;
    }

    private static BlockingEventStreams streams(LocalService service) {
        return service.streams().blocking(LIMIT);
    }

    private static List<String> types(LocalService service) {
        return events(service).map(ChatCommandTest::brief).toList();
    }

    private static Stream<Event> events(LocalService service) {
        return streams(service).read(PATH, ReadRange.all()).stream();
    }

    private static String brief(Event event) {
        return ShortTypeName.brief(event.type());
    }

    private static Event event(LocalService service, String type) {
        return events(service)
                .filter(event -> brief(event).equals(type))
                .findFirst()
                .orElseThrow();
    }

    private static int run(Screen screen, LocalService service, String... options) {
        return screen.run(
                Stream.concat(Stream.of("chat", PATH, "--url", service.uri().toString()), Stream.of(options))
                        .toArray(String[]::new));
    }

    private Chat chat(LocalService service, String... options) {
        Chat chat = new Chat(service, options);
        closing.push(chat);
        return chat;
    }

    /** A running command with a person at its keyboard. */
    private static final class Chat implements AutoCloseable {
        private final PipedOutputStream keyboard = new PipedOutputStream();
        private final Screen screen;
        private final CompletableFuture<Integer> ended = new CompletableFuture<>();

        Chat(LocalService service, String... options) {
            try {
                screen = Screen.window(200, new PipedInputStream(keyboard, 64 * 1024));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            Thread command = new Thread(() -> ended.complete(run(screen, service, options)), "chat");
            command.setDaemon(true);
            command.start();
        }

        void type(String line) {
            try {
                keyboard.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                keyboard.flush();
            } catch (IOException gone) {
                throw new UncheckedIOException(screen.out(), gone);
            }
        }

        void awaitText(String text) {
            await().atMost(LIMIT).untilAsserted(() -> assertThat(screen.out()).contains(text));
        }

        void awaitText(String text, int times) {
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(screen.out().split(Pattern.quote(text), -1))
                            .as(screen.out())
                            .hasSize(times + 1));
        }

        void awaitError(String text) {
            await().atMost(LIMIT).untilAsserted(() -> assertThat(screen.err()).contains(text));
        }

        int exitCode() {
            return ended.orTimeout(60, TimeUnit.SECONDS).join();
        }

        @Override
        public void close() {
            try {
                keyboard.close();
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }
    }
}
