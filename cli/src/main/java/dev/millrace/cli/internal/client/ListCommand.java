package dev.millrace.cli.internal.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamSummary;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace list}: lists streams. */
@Command(
        name = "list",
        description = "Prints a stream and all streams ever created below it, newest first.",
        footer = {"  millrace list", "  millrace list /demo", "  millrace list --format ndjson | jq -r .path"})
public final class ListCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PATH",
            description = "The stream. Default: /, the whole project")
    private String path = "/";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "log",
            description = "log (one line per stream, for people) or ndjson. Default: ${DEFAULT-VALUE}")
    private Form form = Form.LOG;

    enum Form {
        LOG,
        NDJSON
    }

    public ListCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath stream = clientOptions.path(path);
        try (HttpEventStreams streams = clientOptions.connect()) {
            List<StreamSummary> found = ClientOptions.await(streams.list(stream));
            for (StreamSummary summary : found) {
                String time = JsonCodec.time(summary.createdAt());
                terminal.out()
                        .println(
                                form == Form.LOG
                                        ? time + "  " + summary.path()
                                        : JsonCodec.writeText(JsonNodeFactory.instance
                                                .objectNode()
                                                .put("path", summary.path().value())
                                                .put("createdAt", time)));
            }
            if (found.isEmpty()) {
                terminal.note("there is no stream " + stream);
            }
        }
        return 0;
    }
}
