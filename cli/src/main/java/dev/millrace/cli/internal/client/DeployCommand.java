package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.InputText;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.processors.script.DynamicWorkerProvider;
import dev.millrace.processors.script.WorkerEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace deploy}: runs a script as a processor on a stream. */
@Command(
        name = "deploy",
        description = {
            "Runs a script as a processor on a stream. A script with the same slug is replaced.",
            "The script and its variables are events that each reader of the stream can read; keep keys in secrets."
        },
        footer = {
            "  millrace deploy --file ping.js /demo/ping",
            "  millrace deploy --file agent.js /demo/agent --slug helper --env MODEL=small \\",
            "      --event-json '{\"type\": \"agent-input-added\", \"payload\": {\"content\": \"hi\"}}'"
        })
public final class DeployCommand implements Callable<Integer> {
    private static final int BATCH_BYTES = 1 << 20;

    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream.")
    private String path = "";

    @Option(names = "--file", paramLabel = "FILE", required = true, description = "The script, JavaScript in UTF-8.")
    private Path file = Path.of("");

    @Option(
            names = "--slug",
            paramLabel = "SLUG",
            description = "The name of the processor on this stream. Default: the file name without its extension")
    private @Nullable String slug;

    @Option(
            names = "--env",
            paramLabel = "NAME=VALUE",
            description = "A variable for the scripts of this stream; can be given more than once.")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Option(
            names = "--may-control",
            description = "The script may also append events that control streams, or deploy scripts.")
    private boolean mayControl;

    @Option(
            names = "--event-json",
            paramLabel = "EVENT",
            description = "An event to append after the script was deployed.")
    private @Nullable String event;

    public DeployCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath stream = clientOptions.path(path);
        String name = slug == null ? nameOf(file) : slug;
        List<EventInput> first = first();
        WorkerEvent.Configured configured = configured(name);
        check(configured);
        List<EventInput> inputs = new ArrayList<>();
        variables.forEach((key, value) -> inputs.add(EventInput.of(new WorkerEvent.EnvVarSet(key, value))));
        inputs.add(EventInput.of(configured));
        try (HttpEventStreams streams = clientOptions.connect()) {
            List<AppendResult> stored = store(streams, stream, inputs);
            stored.forEach(appended -> check(appended, "not deployed: the service did not accept the configuration"));
            long offset = stored.get(stored.size() - 1).offset();
            terminal.out()
                    .println("deployed '" + name + "' to " + stream + " at offset " + offset
                            + (variables.isEmpty() ? "" : ", with " + String.join(", ", variables.keySet())));
            for (EventInput input : first) {
                AppendResult begun = ClientOptions.await(streams.append(stream, input));
                check(begun, "the service did not accept '" + input.type() + "'");
                terminal.out().println("appended '" + input.type() + "' at offset " + begun.offset());
            }
        }
        return 0;
    }

    /** Stores all in one batch if they have the size of an ordinary event, else one after the other. */
    private static List<AppendResult> store(HttpEventStreams streams, StreamPath stream, List<EventInput> inputs)
            throws Exception {
        long bytes = inputs.stream()
                .mapToLong(input -> JsonCodec.write(input.payload()).length)
                .sum();
        if (bytes <= BATCH_BYTES) {
            return ClientOptions.await(streams.appendAll(stream, inputs));
        }
        List<AppendResult> stored = new ArrayList<>();
        for (EventInput input : inputs) {
            stored.add(ClientOptions.await(streams.append(stream, input)));
        }
        return stored;
    }

    /** Fails before anything is sent if the script does not compile; the service has the same rule. */
    private void check(WorkerEvent.Configured configured) {
        List<String> problems = new DynamicWorkerProvider()
                .events().stream()
                        .filter(event -> event.payload() == WorkerEvent.Configured.class)
                        .flatMap(event -> event.problems(JsonCodec.toTree(configured), PayloadCheck.NONE).stream())
                        .map(problem -> problem.replace("payload.script: line ", file + ":"))
                        .toList();
        if (!problems.isEmpty()) {
            throw new CommandException("not deployed: " + String.join("; ", problems)
                    + "; nothing was sent to the service; correct it and run deploy again");
        }
    }

    /** Fails if the service stored the event as invalid. */
    private static void check(AppendResult appended, String problem) {
        if (BuiltInType.INVALID_EVENT_APPENDED.matches(appended.event().type())) {
            throw new CommandException(problem + ", and stored it as invalid-event-appended at offset "
                    + appended.offset()
                    + ": " + appended.event().payloadJson().path("error").asText()
                    + "; correct it and run deploy again");
        }
    }

    private List<EventInput> first() {
        if (event == null) {
            return List.of();
        }
        try {
            return EventTextParser.read(InputText.ofArgument(event)).stream()
                    .map(EventTextParser.Addressed::input)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw clientOptions.usage("--event-json: " + e.getMessage(), e);
        }
    }

    private WorkerEvent.Configured configured(String name) throws IOException {
        return new WorkerEvent.Configured(
                name,
                Optional.of(InputText.ofFile(file)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                mayControl ? Optional.of(true) : Optional.empty());
    }

    private static String nameOf(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
