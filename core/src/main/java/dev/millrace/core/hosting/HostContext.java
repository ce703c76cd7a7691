package dev.millrace.core.hosting;

import dev.millrace.core.EventStreams;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.Timers;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * What a host offers the processors it runs, for one project. The engine makes one for the processors it hosts; {@link
 * #over} makes one for everybody else. Immutable and safe for use by many threads.
 */
public final class HostContext {
    private final EventStreams streams;
    private final Map<String, String> settings;
    private final Function<String, Optional<String>> secrets;
    private final ProgressStore progress;
    private final Timers timers;
    private final Executor executor;
    private final PayloadCheck payloads;

    private HostContext(Builder builder) {
        this.streams = builder.streams;
        this.settings = builder.settings;
        this.secrets = builder.secrets;
        this.progress = builder.progress;
        this.timers = builder.timers;
        this.executor = builder.executor;
        this.payloads = builder.payloads;
    }

    /** A context of a project's streams, in process or over HTTP. */
    public static Builder over(EventStreams streams) {
        return new Builder(streams);
    }

    /** The streams of the project. */
    public EventStreams streams() {
        return streams;
    }

    /**
     * A setting of the server, {@code openai.api-key} for example. Keys and addresses come from here and never from
     * events, so that nobody who may append can redirect them.
     */
    public Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }

    /** A secret of the project, by name. The value must not reach an event, a log or a message. */
    public Optional<String> secret(String name) {
        return secrets.apply(name);
    }

    /** The clock and the timers. */
    public Timers timers() {
        return timers;
    }

    /** Bounded threads for work that may block. */
    public Executor executor() {
        return executor;
    }

    /** What the host would refuse of an event that a processor is about to append: checks of every type that it knows. */
    public PayloadCheck payloads() {
        return payloads;
    }

    /**
     * A runner of another processor on the same streams, with the host's progress, time and threads. Whoever starts one
     * stops it: launch an attempt that ends when the runner does, and stop the runner when the attempt is cancelled.
     */
    public <S> ProcessorRunner.Builder<S> runner(Processor<S> processor) {
        return ProcessorRunner.builder(streams, processor)
                .progress(progress)
                .timers(timers)
                .executor(executor);
    }

    /** Makes a context. Not safe for use by many threads. */
    public static final class Builder {
        private final EventStreams streams;
        private Map<String, String> settings = Map.of();
        private Function<String, Optional<String>> secrets = name -> Optional.empty();
        private ProgressStore progress = ProgressStore.inMemory();
        private Timers timers = Timers.system();
        private Executor executor = ProcessorRunner.sharedThreads();
        private PayloadCheck payloads = PayloadCheck.NONE;

        private Builder(EventStreams streams) {
            this.streams = Objects.requireNonNull(streams, "streams");
        }

        /** Settings by name; none by default. */
        public Builder settings(Map<String, String> newSettings) {
            settings = Map.copyOf(newSettings);
            return this;
        }

        /** How secrets are found by name; there are none by default. */
        public Builder secrets(Function<String, Optional<String>> newSecrets) {
            secrets = newSecrets;
            return this;
        }

        /** Where the progress of {@link HostContext#runner} survives; nowhere by default. */
        public Builder progress(ProgressStore newProgress) {
            progress = newProgress;
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /** Threads for effects and for work that may block; the shared ones of runners by default. */
        public Builder executor(Executor newExecutor) {
            executor = newExecutor;
            return this;
        }

        /** What checks payloads before they are appended; nothing by default. */
        public Builder payloads(PayloadCheck newPayloads) {
            payloads = newPayloads;
            return this;
        }

        /** The context. */
        public HostContext build() {
            return new HostContext(this);
        }
    }
}
