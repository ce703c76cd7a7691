package dev.millrace.cli;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamException;
import dev.millrace.engine.Limits;
import dev.millrace.server.MillraceServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What the documents say about commands, options, variables, errors and limits is what the code has. */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("..").normalize();
    private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern VARIABLE = Pattern.compile("\\b(?:MILLRACE|OPENAI|ANTHROPIC|AGENT)_(?:[A-Z]+_?)+\\b");

    private static final Pattern SETTING =
            Pattern.compile("(?:script|webhook|openai|anthropic|agent|jsonata-transformer)\\.[a-z]+(?:-[a-z]+)*");

    private static List<Path> files(String below, String ending) throws IOException {
        try (Stream<Path> all = Files.walk(ROOT.resolve(below))) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(files("docs", ".md"));
        documents.add(ROOT.resolve("README.md"));
        documents.add(ROOT.resolve("CONTRIBUTING.md"));
        return documents;
    }

    private static CommandLine millrace() {
        return Millrace.commandLine(Screen.pipe().terminal());
    }

    @Test
    void should_show_only_commands_that_can_be_called() throws IOException {
        List<String> calls = new ArrayList<>();
        for (Path document : documents()) {
            ShellCalls.in(Files.readString(document)).forEach(calls::add);
        }

        assertThat(calls).hasSizeGreaterThan(30);
        assertThat(calls.stream().flatMap(call -> problems(call).stream())).isEmpty();
    }

    @Test
    void should_show_only_commands_that_can_be_called_in_its_help() {
        List<String> calls = all(millrace()).stream()
                .map(command -> String.join(
                        "\n", command.getCommandSpec().usageMessage().footer()))
                .flatMap(footer -> ShellCalls.lines(footer.replace("  millrace ", "./millrace ")).stream())
                .map(call -> call.replaceFirst(" {3,}.*", "")) // what it does
                .toList();

        assertThat(calls).hasSizeGreaterThan(30);
        assertThat(calls.stream().flatMap(call -> problems(call).stream())).isEmpty();
    }

    private static List<String> problems(String call) {
        List<String> problems = new ArrayList<>();
        for (List<String> words : ShellCalls.words(call)) {
            if (words.size() == 1 && millrace().getSubcommands().containsKey(words.get(0))) {
                continue; // only its name is meant
            }
            try {
                millrace().parseArgs(words.toArray(String[]::new));
            } catch (ParameterException wrong) {
                problems.add(call + ": " + wrong.getMessage());
            }
        }
        return problems;
    }

    @Test
    void should_name_only_options_that_a_command_has() throws IOException {
        Set<String> known = all(millrace()).stream()
                .flatMap(command -> command.getCommandSpec().optionsMap().keySet().stream())
                .collect(toCollection(TreeSet::new));
        Set<String> named = new TreeSet<>();
        for (Path document : documents()) {
            if (document.endsWith("benchmarks.md")) {
                continue; // its options are those of benchmarks/run, whose own test checks them
            }
            Matcher span = SPAN.matcher(Files.readString(document).replaceAll("(?ms)^ *```.*?^ *```$", ""));
            while (span.find()) {
                Matcher option = Pattern.compile("^(--[a-z-]+)").matcher(span.group(1));
                if (option.find()) {
                    named.add(option.group(1));
                }
            }
        }

        assertThat(named).hasSizeGreaterThan(20);
        named.removeAll(Set.of("--release", "--ctx-size")); // of the Java compiler, and of llama.cpp
        assertThat(known).containsAll(named);
    }

    private static List<CommandLine> all(CommandLine command) {
        List<CommandLine> all = new ArrayList<>(List.of(command));
        command.getSubcommands().values().forEach(below -> all.addAll(all(below)));
        return all;
    }

    @Test
    void should_name_only_variables_that_are_read() throws IOException {
        Set<String> named = new TreeSet<>();
        for (Path document : documents()) {
            Matcher variable = VARIABLE.matcher(Files.readString(document));
            while (variable.find()) {
                named.add(variable.group());
            }
        }
        String read = Files.readString(ROOT.resolve("millrace"))
                + Stream.of("cli", "processors-openai", "processors-anthropic", "server")
                        .flatMap(module -> sources(module).stream())
                        .collect(joining());

        assertThat(named)
                .contains("MILLRACE_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_MODEL")
                .allSatisfy(name -> assertThat(Pattern.compile("[\"${:]" + name + "\\b")
                                .matcher(read)
                                .find())
                        .as(name)
                        .isTrue());
    }

    @Test
    void should_name_only_settings_that_are_read() throws IOException {
        Set<String> named = new TreeSet<>();
        for (Path document : documents()) {
            Matcher span = SPAN.matcher(Files.readString(document));
            while (span.find()) {
                if (SETTING.matcher(span.group(1)).matches()) {
                    named.add(span.group(1));
                }
            }
        }
        String read = Stream.of(
                        "cli",
                        "server",
                        "processors-agent",
                        "processors-openai",
                        "processors-anthropic",
                        "processors-webhook",
                        "processors-script",
                        "processors-jsonata")
                .flatMap(module -> sources(module).stream())
                .collect(joining());

        assertThat(named)
                .contains("script.allow-hosts", "webhook.timeout", "openai.model")
                .allSatisfy(name ->
                        assertThat(read.contains('"' + name + '"')).as(name).isTrue());
    }

    private static List<String> sources(String module) {
        try {
            List<String> texts = new ArrayList<>();
            for (Path file : files(module + "/src/main", ".java")) {
                texts.add(Files.readString(file));
            }
            return texts;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void should_describe_every_reason_of_an_error() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/wire.md"));
        String table = page.substring(page.indexOf("| `reason` |"), page.indexOf("| status | `code` |"));
        Set<String> described = new TreeSet<>();
        Matcher row = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\|").matcher(table);
        while (row.find()) {
            described.add(row.group(1));
        }

        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(StreamException.Code.values())
                        .map(Enum::name)
                        .toList());
    }

    @Test
    void should_say_the_limits_that_the_server_has() throws IOException {
        Limits limits = Limits.defaults();
        String event = mib(limits.eventBytes());
        String large = mib(limits.largeEventBytes());
        String batch = mib(limits.batchBytes());
        String copied = number(limits.forkEvents()) + " events";
        String copiedBytes = mib(limits.forkBytes());
        String readers = number(MillraceServer.MAX_READERS);
        String ofOneStream = number(MillraceServer.MAX_READERS_PER_STREAM);

        assertThat(Files.readString(ROOT.resolve("docs/wire.md")))
                .contains(
                        "| an event; a `dynamic-worker/configured`; a batch | " + event + "; " + large + "; " + batch
                                + " |",
                        "| events in a batch | " + limits.batchEvents() + " |",
                        "| copied by a fork | " + copied + " and " + copiedBytes + " |",
                        "| nested objects and arrays | " + limits.jsonDepth() + " levels |",
                        "| segments in the path of a new stream | " + limits.pathSegments() + " |",
                        "| live reads of the server; of one stream | " + readers + "; " + ofOneStream + " |");
        assertThat(Files.readString(ROOT.resolve("docs/security.md")))
                .contains(
                        "| event | " + event + "; " + large + " for `dynamic-worker/configured` |",
                        "| batch | " + batch + ", " + limits.batchEvents() + " events |",
                        "| fork, import | " + copied + ", " + copiedBytes + ";",
                        "| nesting of JSON | " + limits.jsonDepth() + " |",
                        limits.pathSegments() + " segments if the stream is new",
                        "| " + readers + ", and " + ofOneStream + " of one stream");
        assertThat(Files.readString(ROOT.resolve("docs/cli.md")))
                .contains("A batch of up to " + limits.batchEvents() + " events");
    }

    private static String mib(long bytes) {
        return bytes / (1 << 20) + " MiB";
    }

    private static String number(int value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
