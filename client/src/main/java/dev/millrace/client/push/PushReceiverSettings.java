package dev.millrace.client.push;

import dev.millrace.core.EventStreams;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The processor of a push receiver, and the settings of its runners. */
record PushReceiverSettings<S>(
        EventStreams streams,
        Processor<S> processor,
        ProgressStore progress,
        Optional<EffectStartPolicy> effectsFrom,
        RetryPolicy retry,
        Timers timers,
        Executor executor,
        Duration idleAfter,
        int maxStreams) {}
