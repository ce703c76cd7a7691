package dev.millrace.processors.openai;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.processors.agent.tool.ToolHostState;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A tool host whose memory is lost with its process: before a crash of the harness, it is made again. */
final class RestartedToolHost implements Processor<ToolHostState> {
    private final Supplier<ToolHost> maker;
    private ToolHost host;

    RestartedToolHost(Supplier<ToolHost> maker) {
        this.maker = maker;
        this.host = maker.get();
    }

    void forget() {
        host = maker.get();
    }

    @Override
    public String slug() {
        return host.slug();
    }

    @Override
    public int version() {
        return host.version();
    }

    @Override
    public EventCatalog events() {
        return host.events();
    }

    @Override
    public ToolHostState initialState() {
        return host.initialState();
    }

    @Override
    public ToolHostState reduce(ToolHostState state, Event event) {
        return host.reduce(state, event);
    }

    @Override
    public CompletionStage<Void> afterAppend(ToolHostState state, Event event, Effects<ToolHostState> effects) {
        return host.afterAppend(state, event, effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(ToolHostState state, Effects<ToolHostState> effects) {
        return host.onCaughtUp(state, effects);
    }
}
