package dev.millrace.cli.internal.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.terminal.OutputFormat;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace state}: prints the state of a stream. */
@Command(
        name = "state",
        description = "Prints the state of a stream as JSON, with a part for each of its processors.",
        footer = {"  millrace state /demo/agent", "  millrace state /demo/agent --processor circuit-breaker"})
public final class StateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream, /demo/agent for example.")
    private String path = "";

    @Option(names = "--processor", paramLabel = "NAME", description = "Only the part of this processor.")
    private @Nullable String processor;

    public StateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath stream = clientOptions.path(path);
        try (HttpEventStreams streams = clientOptions.connect()) {
            StreamState state = ClientOptions.await(streams.state(stream));
            JsonNode json = processor == null ? json(state) : part(state, processor);
            terminal.out().println(OutputFormat.indented(json));
        }
        return 0;
    }

    private JsonNode part(StreamState state, String name) {
        JsonNode part = state.processors().get(name);
        if (part == null) {
            throw clientOptions.usage("there is no processor '" + name + "' on " + state.path() + "; it has "
                    + state.processors().keySet());
        }
        return part;
    }

    private static ObjectNode json(StreamState state) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("projectSlug", state.projectSlug().value())
                .put("path", state.path().value())
                .put("eventCount", state.eventCount());
        ArrayNode children = json.putArray("childPaths");
        state.childPaths().forEach(child -> children.add(child.value()));
        json.set("metadata", state.metadata());
        ObjectNode processors = json.putObject("processors");
        state.processors().forEach(processors::set);
        return json;
    }
}
