package dev.millrace.processors.agent.app;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.SubtreeRunner;
import dev.millrace.processors.agent.tool.ToolHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs agents in this process. Each agent serves a stream and all streams below it: one conversation for each stream.
 * Several processes may serve the same path; a lease lets one of them act, and another one takes over when it ends. Safe
 * for use by many threads.
 *
 * @since 0.1
 */
public final class Agents implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(10);

    /** A conversation that waits for an approval keeps its place, for days; it must not keep others from theirs. */
    private static final int MOST_ACTIVE = 100_000;

    private final EventStreams streams;
    private final Map<StreamPath, Agent> agents;
    private final List<SubtreeRunner<?>> runners;

    private Agents(EventStreams streams, Map<StreamPath, Agent> agents, List<SubtreeRunner<?>> runners) {
        this.streams = streams;
        this.agents = agents;
        this.runners = runners;
    }

    /**
     * A builder of running agents.
     *
     * @param streams the streams of a server ({@code HttpEventStreams}) or of an engine in this process
     */
    public static Builder on(EventStreams streams) {
        return new Builder(streams);
    }

    /**
     * The conversation of a stream; it starts with the first message.
     *
     * @throws IllegalArgumentException if no agent of this object serves the stream; {@link Conversation#at} is for the
     *     agents of another process
     */
    public Conversation at(StreamPath path) {
        if (agents.keySet().stream().noneMatch(served -> Builder.isSameOrBelow(path, served))) {
            throw new IllegalArgumentException("no agent serves " + path + "; served are " + agents.keySet()
                    + " and the paths below; for an agent of another process use Conversation.at(streams, path)");
        }
        return Conversation.at(streams, path);
    }

    /**
     * As {@link #at(StreamPath)}.
     *
     * @throws IllegalArgumentException if the path is not valid, or not served
     */
    public Conversation at(String path) {
        return at(StreamPath.of(path));
    }

    /**
     * Waits until the agents act on all streams that exist. While another process has the lease, that takes until it
     * ends.
     */
    public void awaitReady(Duration limit) {
        runners.forEach(runner -> runner.awaitCaughtUp(limit));
    }

    /** Waits until no agent works and no call runs. */
    public void awaitIdle(Duration limit) {
        runners.forEach(runner -> runner.awaitIdle(limit));
    }

    /**
     * Stops the agents and their tools; running requests and calls go on in the next process. At most ten seconds for
     * each agent.
     */
    @Override
    public void close() {
        runners.forEach(runner -> runner.stop(STOP));
        agents.values().forEach(agent -> agent.toolHost().ifPresent(ToolHost::close));
    }

    /** A builder of running agents. Not thread-safe. */
    public static final class Builder {
        private final EventStreams streams;
        private final Map<StreamPath, Agent> agents = new LinkedHashMap<>();
        private Optional<Duration> lease = Optional.empty();
        private boolean isLeased = true;

        private Builder(EventStreams streams) {
            this.streams = streams;
        }

        /**
         * Serves a stream and all streams below it.
         *
         * @throws IllegalArgumentException if the path is not valid, or is above or below one that is served already
         */
        public Builder serve(String path, Agent agent) {
            return serve(StreamPath.of(path), agent);
        }

        /** As {@link #serve(String, Agent)}. */
        public Builder serve(StreamPath path, Agent agent) {
            for (StreamPath other : agents.keySet()) {
                if (isSameOrBelow(path, other) || isSameOrBelow(other, path)) {
                    throw new IllegalArgumentException("cannot serve " + path + " with " + agent + ": "
                            + agents.get(other) + " serves " + other + "; give each agent a path of its own");
                }
            }
            agents.put(path, agent);
            return this;
        }

        private static boolean isSameOrBelow(StreamPath path, StreamPath other) {
            return path.equals(other)
                    || other.equals(StreamPath.root())
                    || path.value().startsWith(other.value() + "/");
        }

        /** How long the lease lasts after a process has ended without a stop; 10 s by default, at least 1 s. */
        public Builder exclusive(Duration time) {
            lease = Optional.of(time);
            isLeased = true;
            return this;
        }

        /** Without a lease: only one process may serve the path. The agents act at once after each start. */
        public Builder withoutLease() {
            isLeased = false;
            return this;
        }

        /** Starts the agents and returns at once. */
        public Agents start() {
            List<SubtreeRunner<?>> runners = new ArrayList<>();
            try {
                agents.forEach((path, agent) -> {
                    agent.toolHost().ifPresent(host -> runners.add(run(path, host)));
                    runners.add(run(path, agent.processor()));
                });
            } catch (RuntimeException refused) {
                runners.forEach(SubtreeRunner::close);
                agents.values().forEach(agent -> agent.toolHost().ifPresent(ToolHost::close));
                throw refused;
            }
            return new Agents(streams, Map.copyOf(agents), List.copyOf(runners));
        }

        private <S> SubtreeRunner<S> run(StreamPath path, Processor<S> processor) {
            SubtreeRunner.Builder<S> builder = ProcessorRunner.builder(streams, processor).stream(path)
                    .subtree()
                    .maxActive(MOST_ACTIVE);
            if (!isLeased) {
                builder.withoutLease();
            } else if (lease.isPresent()) {
                builder.exclusive(lease.get());
            } else {
                builder.exclusive();
            }
            return builder.start();
        }
    }
}
