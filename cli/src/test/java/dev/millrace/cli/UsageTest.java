package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    private final Screen screen = Screen.pipe();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve", "demo", "chat", "append", "read", "tail", "record", "replay", "state", "list", "fork", "copy",
                "destroy", "deploy", "mcp", "backup", "verify", "token", "model", "webhook"
            })
    void should_explain_every_command_with_examples(String command) {
        assertThat(screen.run(command, "--help")).isZero();

        assertThat(screen.out())
                .startsWith("Usage: millrace " + command)
                .contains("Examples:", "  millrace " + command, "--verbose", "--help");
        assertThat(screen.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "list", "revoke"})
    void should_explain_what_can_be_done_with_tokens(String command) {
        assertThat(screen.run("token", command, "--help")).isZero();

        assertThat(screen.out())
                .startsWith("Usage: millrace token " + command)
                .contains("Examples:", "  millrace token " + command, "--data");
    }

    @Test
    void should_explain_how_a_model_is_probed() {
        assertThat(screen.run("model", "probe", "--help")).isZero();

        assertThat(screen.out())
                .startsWith("Usage: millrace model probe")
                .contains("Examples:", "  millrace model probe", "--model", "--timeout", "--to", "OPENAI_API_KEY");
        assertThat(screen.run("model")).isEqualTo(2);
        assertThat(screen.err()).contains("a subcommand is missing; give probe");
    }

    @Test
    void should_explain_how_a_signature_is_checked() {
        assertThat(screen.run("webhook", "verify", "--help")).isZero();

        assertThat(screen.out())
                .startsWith("Usage: millrace webhook verify")
                .contains("Examples:", "  millrace webhook verify", "--secret-file", "--timestamp-header");
    }

    @Test
    void should_list_the_commands() {
        assertThat(screen.run("help")).isZero();
        assertThat(screen.out())
                .contains(
                        "serve", "demo", "chat", "append", "read", "tail", "fork", "copy", "deploy", "mcp", "backup",
                        "verify", "token", "model", "webhook", "help");
    }

    @Test
    void should_explain_a_command_when_asked_through_help() {
        assertThat(screen.run("help", "serve")).isZero();
        assertThat(screen.out()).startsWith("Usage: millrace serve").contains("Default: .millrace");
    }

    @Test
    void should_explain_a_command_below_another_through_help() {
        assertThat(screen.run("help", "token", "create")).isZero();
        assertThat(screen.out()).startsWith("Usage: millrace token create");
    }

    @Test
    void should_say_that_there_is_no_such_command_to_explain() {
        assertThat(screen.run("help", "token", "make")).isEqualTo(2);
        assertThat(screen.err()).contains("there is no command 'token make'");
    }

    @Test
    void should_say_its_version() {
        assertThat(screen.run("--version")).isZero();
        assertThat(screen.out()).matches("millrace \\S+ \\(Java \\d+\\)\\R");
    }

    @Test
    void should_fit_the_window() {
        Screen narrow = Screen.window(70);
        narrow.run("serve", "--help");

        assertThat(narrow.out()
                        .replaceAll("\u001b\\[[0-9;]*m", "")
                        .split("Examples:", 2)[0]
                        .lines())
                .allMatch(line -> line.length() <= 70);
    }

    @Test
    void should_end_with_2_when_called_wrongly() {
        assertUsage("millrace: a command is missing; see 'millrace --help'\n");
        assertUsage("millrace: Unmatched argument at index 0: 'swim'; see 'millrace --help'\n", "swim");
        assertUsage("millrace: Unknown option: '--fast'; see 'millrace serve --help'\n", "serve", "--fast");
        assertUsage("millrace: Missing required parameter: 'PATH'; see 'millrace read --help'\n", "read");
        assertUsage(
                "millrace: --port must be 0 to 65535, got 70000; see 'millrace serve --help'\n",
                "serve",
                "--port",
                "70000");
        assertUsage(
                "millrace: --data and --in-memory exclude each other; give one of them; see 'millrace serve --help'\n",
                "serve",
                "--in-memory",
                "--data",
                "here");
        assertUsage(
                "millrace: --accept-loss and --in-memory exclude each other; give one of them; see 'millrace serve"
                        + " --help'\n",
                "serve",
                "--in-memory",
                "--accept-loss");
        assertUsage(
                "millrace: --after must be an offset, 'start' or 'end', got 'now'; see 'millrace tail --help'\n",
                "tail",
                "/a",
                "--after",
                "now");
        assertUsage(
                "millrace: PATH is missing: the input does not name a stream; see 'millrace append --help'\n",
                "append",
                "--type",
                "a");
        assertUsage(
                "millrace: --payload is not JSON: expected a value, got 'nope' (line 1, column 1); give an object,"
                        + " '{\"text\": \"hi\"}', or @FILE; see 'millrace append --help'\n",
                "append",
                "/a",
                "--type",
                "a",
                "--payload",
                "nope");
        assertUsage(
                "millrace: --type and --json exclude each other; give one of them; see 'millrace append --help'\n",
                "append",
                "/a",
                "--type",
                "a",
                "--json",
                "{}");
        assertUsage(
                "millrace: path is not valid: '/Big'; use '/' or '/segment/segment' with segments of a-z, 0-9, '_' and"
                        + " '-'; see 'millrace read --help'\n",
                "read",
                "/Big");
    }

    @Test
    void should_refuse_to_be_reached_by_others_without_being_told_to() {
        assertThat(screen.run("serve", "--host", "0.0.0.0", "--port", "0", "--in-memory"))
                .isEqualTo(2);

        assertThat(screen.err())
                .contains("--host 0.0.0.0 can be reached by other machines", "token create", "add --insecure");
    }

    @Test
    void should_end_with_1_and_one_line_when_there_is_no_server() {
        assertThat(screen.run("read", "/a", "--url", "http://127.0.0.1:1")).isEqualTo(1);

        assertThat(screen.err())
                .startsWith("millrace: read failed: /a at http://127.0.0.1:1")
                .hasLineCount(1);
    }

    @Test
    void should_show_a_stack_trace_only_on_request() {
        screen.run("read", "/a", "--url", "http://127.0.0.1:1", "--verbose");

        assertThat(screen.err()).contains("\tat dev.millrace.");
    }

    private static void assertUsage(String error, String... args) {
        Screen fresh = Screen.pipe();
        assertThat(fresh.run(args)).as(String.join(" ", args)).isEqualTo(2);
        assertThat(fresh.err()).isEqualTo(error.replace("\n", System.lineSeparator()));
        assertThat(fresh.out()).isEmpty();
    }
}
