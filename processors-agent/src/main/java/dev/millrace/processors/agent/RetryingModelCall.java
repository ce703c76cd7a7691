package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A request to the model with at most four tries. A try that is refused because of a parameter that the service does not
 * know is repeated at once without it, and does not count. Any other retry happens only before the first output: after it, a second try
 * would cost twice and could answer something else. The delay is the one that the provider asks for, if it is at most a
 * minute; else exponential back-off with jitter. Thread-safe.
 */
final class RetryingModelCall {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.agent");
    static final int MOST_TRIES = 4;
    static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), LONGEST_WAIT);

    /** A receiver of the response and of failed tries. */
    interface Sink extends ModelSink {
        /** The service refused a parameter; the request is sent again without it. */
        void learned(String parameter, ModelFailure failure);

        /** Try number {@code failedTries} failed; the next one starts after {@code delay}. */
        void retrying(ModelFailure failure, int failedTries, Duration delay);
    }

    private final Model model;
    private final Timers timers;
    private final RandomGenerator random;
    private final Executor executor;
    private final Sink sink;
    private Prompt prompt;
    private int tries;
    private boolean cancelled;
    private @Nullable Runnable underWay;

    RetryingModelCall(Model model, Prompt prompt, Timers timers, RandomGenerator random, Executor executor, Sink sink) {
        this.model = model;
        this.prompt = prompt;
        this.timers = timers;
        this.random = random;
        this.executor = executor;
        this.sink = sink;
    }

    /** Sends the request and returns at once. */
    synchronized void send() {
        if (cancelled) {
            return;
        }
        tries++;
        Try next = new Try();
        Optional<ModelFailure> unfit = wrongWire();
        if (unfit.isPresent()) {
            next.end(unfit.get());
            return;
        }
        try {
            Runnable stop = model.send(prompt, next);
            if (!next.ended) {
                underWay = stop;
            }
        } catch (RuntimeException | Error broken) {
            // The message of an exception may contain a secret, so it is not in the event.
            LOG.log(Level.ERROR, "the model of an agent threw an exception", broken);
            next.end(ModelFailure.of(
                    FailureKind.UNKNOWN,
                    "the model threw " + broken.getClass().getName() + "; the log of the process says more"));
        }
    }

    /** The failure of a request whose configuration names a wire that the model does not have. */
    private Optional<ModelFailure> wrongWire() {
        List<String> wires = model.wires();
        return prompt.wire()
                .filter(wire -> !wires.isEmpty() && !wires.contains(wire))
                .map(wire -> ModelFailure.of(
                        FailureKind.INVALID_REQUEST,
                        "the request was not sent: the provider '" + model.provider() + "' has no wire '" + wire
                                + "', only " + wires + "; append llm-config-updated with \"wire\": \"" + wires.get(0)
                                + "\", or correct the config of processor-attached"));
    }

    /** Closes the connection, or cancels the next try. The sink gets no more calls. */
    void cancel() {
        Runnable stop;
        synchronized (this) {
            cancelled = true;
            stop = underWay;
            underWay = null;
        }
        if (stop != null) {
            stop.run();
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** The delay before the next try; null if there is none. */
    private synchronized @Nullable Duration delayAfter(ModelFailure failure) {
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        if (!failure.retryable() || tries >= MOST_TRIES || asked.compareTo(LONGEST_WAIT) > 0) {
            return null;
        }
        return failure.retryAfter().isPresent() ? asked : BACKOFF.delay(tries, random);
    }

    /** Takes the parameter that the service refused out of the prompt; false if there is none, or if it is out already. */
    private synchronized boolean leaveOut(ModelFailure failure) {
        Optional<String> parameter = failure.unsupportedParameter();
        if (parameter.isEmpty() || prompt.unsupported().contains(parameter.get())) {
            return false;
        }
        prompt = prompt.without(parameter.get());
        tries--;
        return true;
    }

    private synchronized void retryIn(Duration delay) {
        if (!cancelled) {
            underWay = timers.after(delay, () -> executor.execute(this::send))::cancel;
        }
    }

    private synchronized int tries() {
        return tries;
    }

    private final class Try implements ModelSink {
        private boolean spoke;
        private boolean ended;

        @Override
        public void delta(Delta delta) {
            spoke = true;
            if (!isCancelled()) {
                sink.delta(delta);
            }
        }

        @Override
        public void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque) {
            spoke = true;
            if (!isCancelled()) {
                sink.item(outputIndex, item, opaque);
            }
        }

        @Override
        public void end(@Nullable ModelResult given) {
            ModelResult result = given != null
                    ? given
                    : ModelFailure.of(FailureKind.UNKNOWN, "the model ended its response without a result");
            if (isCancelled() || ended) {
                return;
            }
            ended = true;
            if (result instanceof ModelFailure failure && !spoke && leaveOut(failure)) {
                sink.learned(failure.unsupportedParameter().orElseThrow(), failure);
                send();
                return;
            }
            Duration delay = result instanceof ModelFailure failure && !spoke ? delayAfter(failure) : null;
            if (delay == null) {
                sink.end(result);
            } else {
                sink.retrying((ModelFailure) result, tries(), delay);
                retryIn(delay);
            }
        }
    }
}
