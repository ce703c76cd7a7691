package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real engine with hosts on one stream and virtual time; the test is the agent. */
final class HostStage implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final StreamPath PATH = StreamPath.of("/agents/a");

    final VirtualTimers timers = new VirtualTimers();
    final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).timers(timers).start();
    final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final List<ProcessorRunner<?>> runners = new ArrayList<>();

    /** A host with this name and the clock of the stage. */
    ToolHost.Builder host(String name, Tool<?>... tools) {
        return ToolHost.named(name).timers(timers).tools(List.of(tools));
    }

    /** Starts a host without a lease and waits until it has caught up. */
    ProcessorRunner<ToolHostState> start(ToolHost host) {
        return start(host, streams);
    }

    /** As {@link #start(ToolHost)}, through other streams. */
    ProcessorRunner<ToolHostState> start(ToolHost host, EventStreams through) {
        ProcessorRunner<ToolHostState> runner = ProcessorRunner.builder(through, host).stream(PATH)
                .withoutLease()
                .timers(timers)
                .start();
        runners.add(runner);
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    /** Starts a host on a stream that has an event, and waits for its offer. */
    ProcessorRunner<ToolHostState> offer(ToolHost host) {
        append(EventInput.ofType("agent-input-added"));
        ProcessorRunner<ToolHostState> runner = start(host);
        runner.awaitIdle(LIMIT);
        return runner;
    }

    /** Ends a runner as a crash does, as far as the log can tell. */
    void crash(ProcessorRunner<?> runner) {
        runner.stop(Duration.ZERO);
    }

    long append(Object event) {
        EventInput input = event instanceof EventInput given ? given : EventInput.of(event);
        return streams.append(PATH, input)
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .offset();
    }

    /** Requests a call; its request is 1. */
    long request(String callId, String tool, String arguments, SideEffect effect) {
        return append(new CallRequested(1, callId, tool, json(arguments), "hash-" + callId, effect));
    }

    /** Asks whether a call needs an approval. */
    long ask(String callId, String tool, String arguments) {
        return append(new ApprovalRequested(
                1,
                callId,
                tool,
                json(arguments),
                "hash-" + callId,
                tool,
                timers.now().plus(Duration.ofDays(1)),
                Optional.of(true)));
    }

    static JsonNode json(String text) {
        return JsonCodec.parse(text.replace('\'', '"'));
    }

    List<Event> log() {
        return streams.read(PATH, ReadRange.all()).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(ToolEvent.catalog()))
                .toList();
    }

    <T> List<T> all(Class<T> type) {
        return log().stream()
                .map(Event::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** The types of the events of a call, in order, without {@code tool-}. */
    List<String> story(String callId) {
        return story(callId, log());
    }

    private static List<String> story(String callId, List<Event> log) {
        return log.stream()
                .map(event -> event.decodedBy(ToolEvent.catalog()))
                .filter(event ->
                        event.payload() instanceof OfCall call && call.callId().equals(callId))
                .map(event -> event.type().replaceFirst("^tool-", ""))
                .toList();
    }

    void awaitStory(String callId, String... types) {
        eventually(() -> story(callId).equals(List.of(types)));
    }

    <T> T await(Class<T> type) {
        eventually(() -> !all(type).isEmpty());
        return all(type).get(0);
    }

    void eventually(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(LIMIT)
                .until(condition);
    }

    /** Moves the clock when the engine is idle. */
    void pass(Duration time) {
        timers.advanceWhen(engine::isIdle, time);
    }

    /** Another stream of the stage. */
    On on(StreamPath path) {
        return new On(path);
    }

    /** Hosts and events on another stream. */
    final class On implements AutoCloseable {
        private final StreamPath path;
        private final List<ProcessorRunner<?>> here = new ArrayList<>();

        private On(StreamPath path) {
            this.path = path;
        }

        void start(ToolHost host) {
            ProcessorRunner<ToolHostState> runner = ProcessorRunner.builder(streams, host).stream(path)
                    .withoutLease()
                    .timers(timers)
                    .start();
            here.add(runner);
            runner.awaitCaughtUp(LIMIT);
        }

        void append(Object event) {
            EventInput input = event instanceof EventInput given ? given : EventInput.of(event);
            streams.append(path, input)
                    .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }

        List<String> story(String callId) {
            return HostStage.story(callId, streams.read(path, ReadRange.all()).join());
        }

        void awaitStory(String callId, String... types) {
            eventually(() -> story(callId).equals(List.of(types)));
        }

        @Override
        public void close() {
            here.forEach(runner -> runner.awaitIdle(LIMIT));
            here.forEach(runner -> runner.stop(Duration.ofMillis(100)));
        }
    }

    @Override
    public void close() {
        runners.forEach(runner -> runner.stop(Duration.ofMillis(100)));
        engine.close();
    }
}
