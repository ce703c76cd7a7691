package dev.millrace.processors.agent.app;

import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolHost;
import dev.millrace.processors.agent.tool.ToolSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The definition of an agent: a model, instructions and tools. {@link Agents} runs it: as an {@link AgentProcessor}, and,
 * if there are tools, a {@link ToolHost} with the name of the agent. Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Agent {
    private final String name;
    private final AgentProcessor processor;
    private final Optional<ToolHost> toolHost;

    private Agent(Builder builder, Model model) {
        this.name = builder.name;
        this.toolHost = builder.hasTools() ? Optional.of(builder.host.build()) : Optional.empty();
        AgentProcessor.Builder agent = AgentProcessor.builder(model)
                .config(builder.config)
                .timers(builder.timers)
                .toolHosts(builder.hasTools() ? Set.of(name) : Set.of());
        builder.instructions.ifPresent(agent::systemPrompt);
        this.processor = agent.build();
    }

    /**
     * A builder of an agent.
     *
     * @param name 1 to 40 characters of {@code a-z 0-9 -}, the same in all versions; it names the host of the tools
     * @throws IllegalArgumentException if the name is not valid
     */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** The name. */
    public String name() {
        return name;
    }

    /** The processor that asks the model. */
    public AgentProcessor processor() {
        return processor;
    }

    /** The processor that runs the tools; empty if there are none. */
    public Optional<ToolHost> toolHost() {
        return toolHost;
    }

    @Override
    public String toString() {
        return "agent '" + name + "'";
    }

    /** A builder of an agent. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final ToolHost.Builder host;
        private Optional<Model> model = Optional.empty();
        private Optional<String> instructions = Optional.empty();
        private LlmConfigUpdated config = LlmConfigUpdated.none();
        private Timers timers = Timers.system();
        private int tools;

        private Builder(String name) {
            this.name = name;
            this.host = ToolHost.named(name);
        }

        /** The model. Required. */
        public Builder model(Model newModel) {
            model = Optional.of(newModel);
            return this;
        }

        /** The system prompt, for streams that set none. */
        public Builder instructions(String text) {
            instructions = Optional.of(text);
            return this;
        }

        /** Defaults for values that the stream does not set; absent values keep their previous setting. */
        public Builder config(LlmConfigUpdated defaults) {
            config = config.with(defaults);
            return this;
        }

        /**
         * Adds a tool.
         *
         * @throws IllegalArgumentException if there is one with this name
         */
        public Builder tool(Tool<?> tool) {
            return tools(List.of(tool));
        }

        /** Adds tools, as {@link #tool}. */
        public Builder tools(Collection<? extends Tool<?>> more) {
            host.tools(more);
            tools += more.size();
            return this;
        }

        /**
         * Adds the tools of a source, for example of an MCP server, as {@link ToolHost.Builder#source}. {@link
         * Agents#close} stops it.
         */
        public Builder tools(ToolSource source) {
            host.source(source);
            tools++;
            return this;
        }

        /** The highest number of tool calls at the same time in this process; see {@link ToolHost.Builder#parallel}. */
        public Builder parallelCalls(int calls) {
            host.parallel(calls);
            return this;
        }

        /** Clock and timers, for tests; those of the system by default. */
        public Builder timers(Timers newTimers) {
            timers = newTimers;
            host.timers(newTimers);
            return this;
        }

        private boolean hasTools() {
            return tools > 0;
        }

        /**
         * Builds the agent.
         *
         * @throws IllegalStateException if it has no model
         */
        public Agent build() {
            return new Agent(
                    this,
                    model.orElseThrow(() ->
                            new IllegalStateException("agent '" + name + "' has no model; set one with model(...)")));
        }
    }
}
