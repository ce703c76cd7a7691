package dev.millrace.cli.internal.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Asks a model on one wire, and learns as the agent does: a request whose parameter is refused is sent again without it.
 * If a refusal names no parameter, each setting is tried alone. Used once, by one thread.
 */
final class WireProbe {
    /** The statuses of a server that does not like a request. */
    private static final Set<Integer> REFUSALS = Set.of(400, 413, 422, 500, 501);

    /** Failures that another request would have too. */
    private static final Set<FailureKind> HOPELESS =
            EnumSet.of(FailureKind.AUTH, FailureKind.QUOTA, FailureKind.RATE_LIMIT);

    private final Model model;
    private final String name;
    private final String wire;
    private final Duration limit;
    private final Timers timers;
    private final Duration end;
    private final Set<String> unsupported = new LinkedHashSet<>();
    private final List<String> refusedSettings = new ArrayList<>();

    /**
     * A probe whose time begins now.
     *
     * @param limit the longest time of all requests together
     */
    WireProbe(Model model, String name, String wire, Duration limit, Timers timers) {
        this.model = model;
        this.name = name;
        this.wire = wire;
        this.limit = limit;
        this.timers = timers;
        this.end = timers.elapsed().plus(limit);
    }

    /** Sends the requests, and waits for their answers. */
    WireReport run() throws InterruptedException {
        Answer all = learn(EnumSet.allOf(ProbeSetting.class));
        if (all.failure().isEmpty()) {
            return works(all.isCut() ? "the answer had not ended after " + limit.toSeconds() + " s" : "");
        }
        if (!all.isRefusal()) {
            return fails(all);
        }
        Answer bare = learn(EnumSet.noneOf(ProbeSetting.class));
        return bare.failure().isPresent() ? fails(bare) : works(tryEach());
    }

    /** Tries each setting alone; returns what is not known, for a person. */
    private String tryEach() throws InterruptedException {
        List<String> unknown = new ArrayList<>();
        for (ProbeSetting setting : ProbeSetting.values()) {
            Answer answer = learn(EnumSet.of(setting));
            if (answer.isRefusal()) {
                refusedSettings.add(setting.title());
            } else if (answer.failure().isPresent()) {
                unknown.add(setting.title());
            }
        }
        return unknown.isEmpty() ? "" : "not known: " + String.join(", ", unknown);
    }

    /** The answer to a request without the parameters that the server refuses by name. */
    private Answer learn(Set<ProbeSetting> settings) throws InterruptedException {
        Answer answer;
        Optional<String> refused;
        do {
            answer = ask(ProbeSetting.prompt(name, wire, settings, unsupported));
            refused = answer.failure().flatMap(ModelFailure::unsupportedParameter);
        } while (refused.isPresent() && unsupported.add(refused.get()));
        return answer;
    }

    private Answer ask(Prompt prompt) throws InterruptedException {
        Receiver receiver = new Receiver();
        Runnable cancel = model.send(prompt, receiver);
        ModelResult result = receiver.end.poll(end.minus(timers.elapsed()).toMillis(), TimeUnit.MILLISECONDS);
        if (result == null) {
            cancel.run();
            return receiver.hasBegun
                    ? new Answer(Optional.empty(), true)
                    : new Answer(
                            Optional.of(ModelFailure.of(
                                    FailureKind.TRUNCATED, "no answer within " + limit.toSeconds() + " s")),
                            true);
        }
        return new Answer(result instanceof ModelFailure failure ? Optional.of(failure) : Optional.empty(), false);
    }

    private WireReport works(String message) {
        return new WireReport(wire, refused(), message, Optional.empty());
    }

    private WireReport fails(Answer answer) {
        ModelFailure why = answer.failure().orElseThrow();
        return new WireReport(wire, refused(), why.message(), Optional.of(why));
    }

    /** The name of a tool that is refused says nothing to a person, because it is a tool of this probe. */
    private List<String> refused() {
        return Stream.concat(unsupported.stream(), refusedSettings.stream())
                .map(parameter -> parameter.startsWith("tools.") ? ProbeSetting.TOOLS.title() : parameter)
                .distinct()
                .toList();
    }

    /**
     * An answer.
     *
     * @param isCut whether the time was over before its end
     */
    private record Answer(Optional<ModelFailure> failure, boolean isCut) {
        /** Whether the server does not take the request, and another one may be taken. */
        boolean isRefusal() {
            return failure.filter(Answer::isAboutTheRequest).isPresent();
        }

        private static boolean isAboutTheRequest(ModelFailure why) {
            return why.status().isEmpty()
                    ? why.kind() == FailureKind.INVALID_REQUEST
                    : REFUSALS.contains(why.status().getAsInt()) && !HOPELESS.contains(why.kind());
        }
    }

    /** Passes the end to the waiting thread. */
    private static final class Receiver implements ModelSink {
        private final BlockingQueue<ModelResult> end = new LinkedBlockingQueue<>();
        private volatile boolean hasBegun;

        @Override
        public void delta(Delta delta) {
            hasBegun = true;
        }

        @Override
        public void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque) {
            hasBegun = true;
        }

        @Override
        public void end(ModelResult result) {
            end.add(result);
        }
    }
}
