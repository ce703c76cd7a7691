package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class DemoProcessTest {
    private static final Pattern EVENT = Pattern.compile(" *\\d+  \\d\\d:\\d\\d:\\d\\d\\.\\d{3}  (\\S+) .*");

    @TempDir
    Path directory;

    @Test
    void should_answer_once_without_a_key_and_say_who_answers_and_then_say_each_new_message() throws Exception {
        try (CommandProcess demo = demo(Map.of(), "--once")) {
            assertThat(demo.exitCode()).isZero();

            assertThat(demo.err()).isEmpty();
            assertThat(demo.out()).anyMatch(line -> line.contains("scripted model") && line.contains("not an LLM"));
            assertThat(demo.out()).anyMatch(line -> line.contains("/demo/agent"));
            assertThat(types(demo).stream().distinct())
                    .containsExactly(
                            "initialized",
                            "processor-attached",
                            "tools-offered",
                            "agent-input-added",
                            "llm-request-started",
                            "llm-chunk-added",
                            "llm-item-completed",
                            "llm-request-completed");
            assertThat(demo.out())
                    .anyMatch(line -> line.contains("llm-item-completed") && line.contains("50 - 8 is 42."));
        }
        try (CommandProcess second = demo(Map.of(), "--once", "What is 6 + 7?")) {
            assertThat(second.exitCode()).isZero();

            assertThat(types(second)).filteredOn("agent-input-added"::equals).hasSize(2);
            assertThat(types(second)).filteredOn("processor-attached"::equals).hasSize(1);
            assertThat(second.out()).anyMatch(line -> line.contains("6 + 7 is 13."));
        }
    }

    @Test
    void should_ask_the_model_once_however_often_it_is_started() throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.assistant())) {
            Map<String, String> provider =
                    Map.of("OPENAI_BASE_URL", model.baseUrl(), "OPENAI_API_KEY", "sk-secret-of-mine");
            List<String> firstLog;
            try (CommandProcess first = demo(provider, "--once")) {
                assertThat(first.exitCode()).isZero();
                firstLog = log(first);
                assertThat(Stream.concat(first.out().stream(), first.err().stream()))
                        .noneMatch(line -> line.contains("sk-secret-of-mine") || line.contains("scripted model"));
            }
            try (CommandProcess second = demo(provider, "--once")) {
                assertThat(second.exitCode()).isZero();
                assertThat(log(second)).isEqualTo(firstLog);
            }

            assertThat(model.requests()).hasSize(1);
            assertThat(model.requests().get(0).headers()).containsEntry("authorization", "Bearer sk-secret-of-mine");
        }
    }

    @Test
    void should_still_owe_the_answer_after_it_was_killed() throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(
                ModelScript.of(ModelReply.text("never said").afterSilence(), ModelReply.text("Here I am.")))) {
            Map<String, String> provider = Map.of("OPENAI_BASE_URL", model.baseUrl());
            try (CommandProcess first = demo(provider, "hello?")) {
                first.awaitLine("llm-request-started");
                await().atMost(Duration.ofSeconds(60)).until(() -> model.held() == 1);
                first.kill();
            }
            try (CommandProcess second = demo(provider, "--once")) {
                assertThat(second.exitCode()).isZero();

                assertThat(types(second))
                        .filteredOn("agent-input-added"::equals)
                        .hasSize(1);
                assertThat(types(second)).contains("llm-request-lost").endsWith("llm-request-completed");
            }
        }
    }

    @Test
    void should_fail_in_one_line_when_the_model_refuses() throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.of(ModelReply.failure(
                        401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.")));
                CommandProcess demo = demo(Map.of("OPENAI_BASE_URL", model.baseUrl()), "--once")) {
            assertThat(demo.exitCode()).isEqualTo(1);

            assertThat(demo.err())
                    .singleElement()
                    .asString()
                    .startsWith("millrace: no answer: the request to the model failed (auth)")
                    .contains("Incorrect API key provided.");
            assertThat(types(demo)).endsWith("llm-request-failed");
        }
    }

    @Test
    void should_give_up_waiting_in_time() throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(
                        ModelScript.of(ModelReply.text("never said").afterSilence()));
                CommandProcess demo = demo(Map.of("OPENAI_BASE_URL", model.baseUrl()), "--once", "--timeout", "1")) {
            assertThat(demo.exitCode()).isEqualTo(1);
            assertThat(demo.err())
                    .containsExactly("millrace: no answer within 1 s; to wait longer, use --timeout SECONDS");
        }
    }

    @Test
    void should_take_another_port_when_the_usual_one_is_taken() throws Exception {
        try (ServerSocket usual = new ServerSocket()) {
            try {
                usual.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 4242));
            } catch (BindException e) {
                // another process uses the port, which has the same effect
            }
            try (CommandProcess demo = CommandProcess.start("demo", "--data", directory.toString(), "--once")) {
                assertThat(demo.exitCode()).isZero();
                assertThat(demo.err()).singleElement().asString().startsWith("millrace: port 4242 is in use");
            }
        }
    }

    @Test
    void should_print_commands_that_work_as_pasted() throws Exception {
        assumeTrue(!shell("command -v curl").isEmpty(), "needs curl");
        try (CommandProcess demo = demo(Map.of())) {
            demo.awaitLine("50 - 8 is 42.");
            List<String> lines = demo.out();
            int append = indexOf(lines, "  curl 'http");
            int tail = indexOf(lines, "  curl -N ");
            int state = indexOf(lines, "__state");

            assertThat(shell(lines.get(append) + "\n" + lines.get(append + 1))).contains("\"agent-input-added\"");
            demo.awaitLine("6 * 7 is 42.");
            awaitLine(lines.get(tail), line -> line.startsWith("data: ") && line.contains("6 * 7 is 42."));
            assertThat(shell(lines.get(state))).contains("\"agent\"", "\"eventCount\"");

            assertThat(demo.terminate()).isEqualTo(143);
            assertThat(demo.err()).isEmpty();
        }
    }

    /** On a free port, because the default one may be in use. */
    private CommandProcess demo(Map<String, String> environment, String... args) {
        return CommandProcess.start(
                environment,
                Stream.concat(Stream.of("demo", "--data", directory.toString(), "--port", "0"), Stream.of(args))
                        .toArray(String[]::new));
    }

    private static List<String> log(CommandProcess demo) {
        return demo.out().stream().filter(line -> EVENT.matcher(line).matches()).toList();
    }

    private static List<String> types(CommandProcess demo) {
        return log(demo).stream()
                .map(line -> EVENT.matcher(line).replaceFirst("$1"))
                .toList();
    }

    private static int indexOf(List<String> lines, String part) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(part)) {
                return i;
            }
        }
        throw new AssertionError("no line with " + part + " in " + lines);
    }

    private static String shell(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    /** Runs a command until it has printed a matching line, and then stops it. */
    private static void awaitLine(String command, Predicate<String> wanted) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "exec " + command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(CompletableFuture.supplyAsync(() -> process.inputReader(StandardCharsets.UTF_8)
                                    .lines()
                                    .anyMatch(wanted))
                            .get(60, TimeUnit.SECONDS))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
