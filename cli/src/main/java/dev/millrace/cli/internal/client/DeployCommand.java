package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.script.WorkerEvent;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace deploy}: a script becomes a processor of a stream. */
@Command(
        name = "deploy",
        description = {
            "Puts a script on a stream as a processor; the same slug again replaces it.",
            "The script and the variables are events, so whoever may read the stream can read them: keys belong in secrets."
        },
        footer = {
            "  millrace deploy --file ping.js /demo/ping",
            "  millrace deploy --file agent.js /demo/agent --slug helper --env MODEL=small \\",
            "      --event-json '{\"type\": \"agent-input-added\", \"payload\": {\"content\": \"hi\"}}'"
        })
public final class DeployCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Mixin
    private final ServerOptions remote = new ServerOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream.")
    private String path = "";

    @Option(names = "--file", paramLabel = "FILE", required = true, description = "The script, JavaScript in UTF-8.")
    private Path file = Path.of("");

    @Option(
            names = "--slug",
            paramLabel = "SLUG",
            description = "The name of the processor on this stream. Default: the file's name without its ending")
    private @Nullable String slug;

    @Option(
            names = "--env",
            paramLabel = "NAME=VALUE",
            description = "A variable for the scripts of this stream; may be given again and again.")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Option(
            names = "--event-json",
            paramLabel = "EVENT",
            description = "An event to append when the script is there, for it to begin with.")
    private @Nullable String event;

    public DeployCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath stream = remote.path(path);
        String name = slug == null ? nameOf(file) : slug;
        List<EventInput> first = first();
        List<EventInput> inputs = new ArrayList<>();
        variables.forEach((key, value) -> inputs.add(EventInput.of(new WorkerEvent.EnvVarSet(key, value))));
        inputs.add(EventInput.of(new WorkerEvent.Configured(name, script())));
        try (HttpEventStreams streams = remote.connect()) {
            List<AppendResult> stored = ServerOptions.await(streams.appendAll(stream, inputs));
            stored.forEach(DeployCommand::check);
            long offset = stored.get(stored.size() - 1).offset();
            terminal.out()
                    .println("deployed '" + name + "' to " + stream + " at offset " + offset
                            + (variables.isEmpty() ? "" : ", with " + String.join(", ", variables.keySet())));
            for (EventInput input : first) {
                AppendResult begun = ServerOptions.await(streams.append(stream, input));
                check(begun);
                terminal.out().println("appended '" + input.type() + "' at offset " + begun.offset());
            }
        }
        return 0;
    }

    /** What the service did not accept it has kept as an invalid event, which is no deployment. */
    private static void check(AppendResult appended) {
        if (BuiltInType.INVALID_EVENT_APPENDED.matches(appended.event().type())) {
            throw new CommandException("stored as an invalid event at offset " + appended.offset() + ": "
                    + appended.event().payloadJson().path("error").asText());
        }
    }

    private List<EventInput> first() {
        if (event == null) {
            return List.of();
        }
        try {
            return EventTextParser.read(event).stream()
                    .map(EventTextParser.Addressed::input)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--event-json: " + e.getMessage(), e);
        }
    }

    private String script() throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new CommandException("there is no file " + file, e);
        } catch (CharacterCodingException e) {
            throw new CommandException(file + " is not text in UTF-8", e);
        }
    }

    private static String nameOf(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
