package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.processors.agent.tool.ToolHostState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A tool host with the tools of a server, on a stream of a real engine; the test is the agent. */
final class HostedTools implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final StreamPath PATH = StreamPath.of("/agents/a");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final ToolHost host;
    private final ProcessorRunner<ToolHostState> runner;
    private int calls;

    HostedTools(Mcp server) {
        host = ToolHost.named("mcp").source(server).build();
        append(EventInput.ofType("agent-input-added"));
        runner = ProcessorRunner.builder(streams, host).stream(PATH)
                .withoutLease()
                .start();
    }

    /** The tools of the newest offer, by name; waits for the first one. */
    Map<String, OfferedTool> offered() {
        eventually(() -> !all(ToolsOffered.class).isEmpty());
        List<ToolsOffered> offers = all(ToolsOffered.class);
        return offers.get(offers.size() - 1).tools().stream()
                .collect(Collectors.toMap(OfferedTool::name, Function.identity()));
    }

    /** A tool of the newest offer. */
    OfferedTool offer(String tool) {
        return Objects.requireNonNull(offered().get(tool), tool + " is not offered");
    }

    /** Requests a call and returns its id. */
    String request(String tool, String arguments) {
        String id = "c" + ++calls;
        JsonNode json = JsonCodec.parse(arguments.replace('\'', '"'));
        append(new CallRequested(1, id, tool, json, "hash", offer(tool).effectOrOnce()));
        return id;
    }

    /** The end of a call. */
    ToolEvent end(String id) {
        eventually(() -> !ends(id).isEmpty());
        return ends(id).get(0);
    }

    /** Calls a tool and returns the text of the result, also of a failure. */
    String call(String tool, String arguments) {
        ToolEvent end = end(request(tool, arguments));
        if (end instanceof CallCompleted completed) {
            return completed.result().asText();
        }
        return end instanceof CallFailed failed
                ? "failed: " + failed.result().asText()
                : "unknown: " + ((CallOutcomeUnknown) end).reason();
    }

    private List<OfCall> ends(String id) {
        return all(OfCall.class).stream()
                .filter(event -> event.callId().equals(id))
                .filter(event -> event instanceof CallCompleted
                        || event instanceof CallFailed
                        || event instanceof CallOutcomeUnknown)
                .toList();
    }

    <T> List<T> all(Class<T> type) {
        return streams.read(PATH, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(ToolEvent.catalog()))
                .map(Event::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    static void eventually(Callable<Boolean> condition) {
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    private void append(Object event) {
        EventInput input = event instanceof EventInput given ? given : EventInput.of(event);
        streams.append(PATH, input)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        runner.stop(Duration.ofSeconds(5));
        host.close();
        engine.close();
    }
}
