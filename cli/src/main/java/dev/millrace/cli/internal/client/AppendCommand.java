package dev.millrace.cli.internal.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.terminal.EventWriter;
import dev.millrace.cli.internal.terminal.InputText;
import dev.millrace.cli.internal.terminal.OutputFormat;
import dev.millrace.cli.internal.terminal.ShortTypeName;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace append}: appends events to a stream. */
@Command(
        name = "append",
        description = "Appends one or more events and prints what was stored.",
        footer = {
            "  millrace append /demo/agent --type agent-input-added \\",
            "      --payload '{\"role\": \"user\", \"content\": \"What is 6 * 7?\"}'",
            "  millrace append /orders --json '{\"type\": \"order-placed\"}' --key order-17",
            "  millrace append /orders < events.ndjson",
            "  millrace read /orders --format ndjson | millrace append /copy"
        })
public final class AppendCommand implements Callable<Integer> {
    private static final int BATCH = 500;

    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PATH",
            description = "The stream. Default: the stream from which a stored event was read")
    private @Nullable String path;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "The type of the event, if there is only one; paused and other short names are known.")
    private @Nullable String type;

    @Option(
            names = "--payload",
            paramLabel = "JSON",
            description = "Its payload, an object; @FILE reads a file, - reads standard input.")
    private @Nullable String payload;

    @Option(
            names = "--json",
            paramLabel = "EVENT",
            description =
                    "A whole event, an array of events, or one event per line; @FILE and - as above. Without --type"
                            + " and --json, standard input is read.")
    private @Nullable String json;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "The idempotency key: a second append with the same key stores nothing.")
    private @Nullable String key;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "log",
            description = "How to print what was stored: log, yaml, json or ndjson. Default: ${DEFAULT-VALUE}")
    private OutputFormat format = OutputFormat.LOG;

    public AppendCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        List<EventTextParser.Addressed> events = events();
        List<StreamPath> targets =
                events.stream().map(event -> clientOptions.path(target(event))).toList();
        boolean allValid = true;
        try (HttpEventStreams streams = clientOptions.connect()) {
            EventWriter writer = format.to(terminal);
            int from = 0;
            while (from < events.size()) {
                StreamPath stream = targets.get(from);
                List<EventInput> batch = new ArrayList<>();
                int to = from;
                while (to < events.size()
                        && batch.size() < BATCH
                        && targets.get(to).equals(stream)) {
                    batch.add(events.get(to++).input());
                }
                List<AppendResult> answers = ClientOptions.await(append(streams, stream, batch));
                for (int i = 0; i < answers.size(); i++) {
                    writer.write(answers.get(i).event());
                    allValid &= explain(answers.get(i), batch.get(i));
                }
                from = to;
            }
            writer.end();
        }
        return allValid ? 0 : 1;
    }

    /** Appends one event alone, because only then the answer says whether its key was already stored. */
    private static CompletableFuture<List<AppendResult>> append(
            HttpEventStreams streams, StreamPath stream, List<EventInput> batch) {
        return batch.size() == 1
                ? streams.append(stream, batch.get(0)).thenApply(List::of)
                : streams.appendAll(stream, batch);
    }

    private List<EventTextParser.Addressed> events() throws IOException {
        if (type != null && json != null) {
            throw clientOptions.usage("--type and --json exclude each other; give one of them");
        }
        if (payload != null && type == null) {
            throw clientOptions.usage("--payload needs --type");
        }
        try {
            if (type != null) {
                EventInput.Builder input = EventInput.builder();
                input.type(ShortTypeName.full(type).orElse(type));
                if (payload != null) {
                    input.payload(json("--payload", content(payload)));
                }
                if (key != null) {
                    input.idempotencyKey(key);
                }
                return List.of(new EventTextParser.Addressed(Optional.empty(), input.build()));
            }
            List<EventTextParser.Addressed> given = EventTextParser.read(content(json == null ? "-" : json));
            List<EventTextParser.Addressed> events =
                    given.stream().filter(event -> !event.isOfTheService()).toList();
            if (events.size() < given.size()) {
                terminal.note("left out " + (given.size() - events.size())
                        + " of the events, because the service itself adds them to each stream");
            }
            if (key == null) {
                return events;
            }
            if (events.size() != 1) {
                throw clientOptions.usage("--key is for one event, but there are " + events.size()
                        + "; put an idempotencyKey into each event");
            }
            EventInput keyed = EventInput.builder()
                    .from(events.get(0).input())
                    .idempotencyKey(key)
                    .build();
            return List.of(new EventTextParser.Addressed(events.get(0).path(), keyed));
        } catch (IllegalArgumentException e) {
            throw clientOptions.usage(String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode json(String option, String text) {
        try {
            return JsonCodec.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    option + " is not JSON: " + e.getMessage() + "; give an object, '{\"text\": \"hi\"}', or @FILE", e);
        }
    }

    /** The argument itself, the file after {@code @}, or standard input for {@code -}. */
    private String content(String argument) throws IOException {
        if (argument.equals("-")) {
            return InputText.of(terminal.in());
        }
        return argument.startsWith("@")
                ? InputText.ofFile(Path.of(argument.substring(1)))
                : InputText.ofArgument(argument);
    }

    private String target(EventTextParser.Addressed event) {
        if (path != null) {
            return path;
        }
        return event.path().orElseThrow(() -> clientOptions.usage("PATH is missing: the input does not name a stream"));
    }

    /** Prints notes about an append to standard error; returns false if the event was stored as invalid. */
    private boolean explain(AppendResult stored, EventInput sent) {
        if (stored.replayed()) {
            terminal.note("nothing was appended: key '"
                    + stored.event().idempotencyKey().orElse("") + "' is already stored at offset " + stored.offset()
                    + (stored.diverged() ? ", with different content; to append yours, use another key" : ""));
        }
        ShortTypeName.full(stored.event().type())
                .ifPresent(full -> terminal.note("'" + stored.event().type() + "' at offset " + stored.offset()
                        + " is a type of your own, without an effect on the stream; the built-in type is " + full));
        boolean invalid =
                BuiltInType.INVALID_EVENT_APPENDED.matches(stored.event().type())
                        && !BuiltInType.INVALID_EVENT_APPENDED.matches(sent.type());
        if (invalid) {
            String error = stored.event().payloadJson().path("error").asText();
            terminal.note(
                    "stored as an invalid event at offset " + stored.offset() + ": " + TerminalText.oneLine(error));
        }
        return !invalid;
    }
}
