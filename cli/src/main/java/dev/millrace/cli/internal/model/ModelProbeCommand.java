package dev.millrace.cli.internal.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.client.ClientOptions;
import dev.millrace.cli.internal.terminal.CliExceptionHandler;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.openai.OpenAiModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace model probe}: asks a server of models one question on each wire, and says what it refuses. */
@Command(
        name = "probe",
        description = {
            "Finds out which wires of OpenAI a server of models has, responses or chat, and which parameters it"
                    + " refuses on each.",
            "It sends a short question on each wire. Ends with 1 if none works. The key is read from OPENAI_API_KEY."
        },
        footer = {
            "  millrace model probe http://127.0.0.1:11434/v1 --model qwen3",
            "  millrace model probe https://api.openai.com/v1 --to /models"
        })
public final class ModelProbeCommand implements Callable<Integer> {
    static final String EVENT_TYPE = "model-probed";

    /** A server with a list of models has it at hand. */
    private static final int LIST_SECONDS = 10;

    /** Some servers answer with a whole page. */
    private static final int NOTE_WIDTH = 200;

    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "URL", description = "The base URL of the models; it usually ends in /v1.")
    private String modelUrl = "";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "The model to ask. Default: that of OpenAI if the server lists it, else the first of its list")
    private @Nullable String modelName;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "The longest time for each wire. Default: ${DEFAULT-VALUE}")
    private int timeout;

    @Option(
            names = "--to",
            paramLabel = "PATH",
            description = "Also append the result to this stream of the server of --url, as " + EVENT_TYPE + ".")
    private @Nullable String target;

    public ModelProbeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (timeout < 1) {
            throw clientOptions.usage("--timeout must be 1 or more, got " + timeout);
        }
        StreamPath stream = target == null ? null : clientOptions.path(target);
        OpenAiModel model = model();
        String name = modelName == null ? chosen(model) : modelName;
        List<WireReport> reports = new ArrayList<>();
        for (String wire : model.wires()) {
            terminal.note("asking " + name + " at " + model.baseUrl() + " on the wire " + wire);
            WireReport report = new WireProbe(model, name, wire, Duration.ofSeconds(timeout), Timers.system()).run();
            terminal.out().println(TerminalText.oneLine(report.line()));
            reports.add(report);
        }
        if (stream != null) {
            append(stream, model.baseUrl(), name, reports);
        }
        if (reports.stream().noneMatch(WireReport::works)) {
            throw new CommandException("no wire of " + model.baseUrl() + " works with the model " + name + "; "
                    + ProbeAdvice.of(model.baseUrl(), reports));
        }
        return 0;
    }

    private OpenAiModel model() {
        try {
            return OpenAiModel.builder()
                    .baseUrl(modelUrl)
                    .apiKey(terminal.environment().getOrDefault("OPENAI_API_KEY", ""))
                    .build();
        } catch (IllegalArgumentException e) {
            throw clientOptions.usage(String.valueOf(e.getMessage())
                    .replace("openai.base-url", "URL")
                    .replace("openai.api-key", "OPENAI_API_KEY"));
        }
    }

    private String chosen(OpenAiModel model) throws InterruptedException {
        CompletableFuture<List<String>> list = model.models();
        try {
            List<String> names = list.get(Math.min(timeout, LIST_SECONDS), TimeUnit.SECONDS);
            if (!names.isEmpty()) {
                // The first one of a long list is often no model for texts.
                return names.contains(model.defaultModel()) ? model.defaultModel() : names.get(0);
            }
            terminal.note("the server lists no models; give one with --model");
        } catch (ExecutionException e) {
            String why = TerminalText.oneLine(
                    String.valueOf(CliExceptionHandler.unwrapped(e).getMessage()));
            terminal.note("there is no list of models: " + TerminalText.clip(why, NOTE_WIDTH));
        } catch (TimeoutException e) {
            list.cancel(true);
            terminal.note("the server has sent no list of models in time");
        }
        return model.defaultModel();
    }

    private void append(StreamPath stream, String url, String name, List<WireReport> reports) throws Exception {
        ObjectNode payload =
                JsonNodeFactory.instance.objectNode().put("url", url).put("model", name);
        ArrayNode wires = payload.putArray("wires");
        reports.forEach(report -> wires.add(report.json()));
        EventInput event =
                EventInput.builder().type(EVENT_TYPE).payload(payload).build();
        try (HttpEventStreams streams = clientOptions.connect()) {
            AppendResult appended = ClientOptions.await(streams.append(stream, event));
            terminal.note("appended " + EVENT_TYPE + " to " + stream + " at offset " + appended.offset());
        }
    }
}
