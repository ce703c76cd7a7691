package dev.millrace.core.hosting;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.SharedLeases;
import dev.millrace.core.runner.Timers;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The environment of a hosted processor, for one project: streams, settings, secrets, progress, time and threads. The
 * engine makes one for each processor that it hosts; other programs make one with {@link #over}. Immutable and safe for
 * use by many threads.
 *
 * @since 0.1
 */
public final class HostContext {
    private final EventStreams streams;
    private final ProjectSlug project;
    private final Map<String, String> settings;
    private final Function<String, Optional<String>> secrets;
    private final ProgressStore progress;
    private final Timers timers;
    private final Executor executor;
    private final PayloadCheck payloads;
    private final SharedLeases leases;

    private HostContext(Builder builder) {
        this.streams = builder.streams;
        this.project = builder.project;
        this.settings = builder.settings;
        this.secrets = builder.secrets;
        this.progress = builder.progress;
        this.timers = builder.timers;
        this.executor = builder.executor;
        this.payloads = builder.payloads;
        this.leases = builder.leases;
    }

    /** A context for the streams of a project, in process or over HTTP. */
    public static Builder over(EventStreams streams) {
        return new Builder(streams);
    }

    public EventStreams streams() {
        return streams;
    }

    /** The project of the streams. Shared threads are divided fairly among projects; see {@link FairExecutor}. */
    public ProjectSlug project() {
        return project;
    }

    /**
     * A setting of the server, for example {@code openai.api-key}. A processor takes keys and addresses from settings
     * and never from events: a caller that may append must not be able to redirect them.
     */
    public Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }

    /** A secret of the project. Do not put its value into an event, a log or a message. */
    public Optional<String> secret(String name) {
        return secrets.apply(name);
    }

    /** The clock and the timers. */
    public Timers timers() {
        return timers;
    }

    /** A bounded thread pool for work that may block. */
    public Executor executor() {
        return executor;
    }

    /** The payload rules of the host, for every type that it knows. Check an event with them before you append it. */
    public PayloadCheck payloads() {
        return payloads;
    }

    /**
     * A builder of a runner of another processor on the same streams, with the host's progress, time and threads. Your
     * code must stop the runner: launch a background task that ends when the runner ends, and stop the runner when
     * the task is cancelled.
     */
    public <S> ProcessorRunner.Builder<S> runner(Processor<S> processor) {
        return ProcessorRunner.builder(streams, processor)
                .progress(progress)
                .timers(timers)
                .executor(executor);
    }

    /**
     * Like {@link #runner(Processor)}, and if the processor needs a lease, its runners of this context with the same
     * {@code leaseRoot} act under one lease, which they claim together and give up with the last of them.
     *
     * @param leaseRoot the stream that names the lease: that of the attachment, also for the streams below it
     */
    public <S> ProcessorRunner.Builder<S> runner(Processor<S> processor, StreamPath leaseRoot) {
        return runner(processor).sharedLease(leases, leaseRoot);
    }

    /** A builder of contexts. Not safe for use by many threads. */
    public static final class Builder {
        private final EventStreams streams;
        private ProjectSlug project = ProjectSlug.defaultProject();
        private Map<String, String> settings = Map.of();
        private Function<String, Optional<String>> secrets = name -> Optional.empty();
        private ProgressStore progress = ProgressStore.inMemory();
        private Timers timers = Timers.system();
        private Executor executor = ProcessorRunner.sharedThreads();
        private PayloadCheck payloads = PayloadCheck.NONE;
        private SharedLeases leases = new SharedLeases();

        private Builder(EventStreams streams) {
            this.streams = Objects.requireNonNull(streams, "streams");
        }

        /** The project of the streams; the default project if it is not set. */
        public Builder project(ProjectSlug newProject) {
            project = newProject;
            return this;
        }

        /** Settings by name; none by default. */
        public Builder settings(Map<String, String> newSettings) {
            settings = Map.copyOf(newSettings);
            return this;
        }

        /** Finds a secret by its name; by default there are none. */
        public Builder secrets(Function<String, Optional<String>> newSecrets) {
            secrets = newSecrets;
            return this;
        }

        /** The progress store of {@link HostContext#runner}; in memory by default. */
        public Builder progress(ProgressStore newProgress) {
            progress = newProgress;
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /** Threads for effects and for work that may block; the shared threads of runners by default. */
        public Builder executor(Executor newExecutor) {
            executor = newExecutor;
            return this;
        }

        /** Checks payloads before they are appended; no check by default. */
        public Builder payloads(PayloadCheck newPayloads) {
            payloads = newPayloads;
            return this;
        }

        /** The leases that the runners of this context share; by default leases of its own. */
        public Builder leases(SharedLeases newLeases) {
            leases = newLeases;
            return this;
        }

        public HostContext build() {
            return new HostContext(this);
        }
    }
}
