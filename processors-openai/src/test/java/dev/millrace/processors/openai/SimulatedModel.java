package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.http.ResponseParser;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ProviderDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model with the wires of {@link OpenAiModel} but without a socket: each request body is checked by the rules of a
 * strict server, and the events of the response arrive on virtual time. It also does what a network does: a response can
 * be cut, fail, or continue after it was cancelled.
 */
final class SimulatedModel implements Model {
    private final ProviderDialect dialect;
    private final Wire wire;
    private final VirtualTimers clock;
    private final Random random;
    private final List<String> refused = new ArrayList<>();
    private int requests;
    private final AtomicInteger ids = new AtomicInteger();
    private boolean calm;

    SimulatedModel(ProviderDialect dialect, Wire wire, VirtualTimers clock, Random random) {
        this.dialect = dialect;
        this.wire = wire;
        this.clock = clock;
        this.random = random;
    }

    /** Requests that the server refused for a reason that it did not name as unsupported. */
    List<String> refused() {
        return refused;
    }

    int requests() {
        return requests;
    }

    /** From now on, responses are whole. */
    void calmDown() {
        calm = true;
    }

    @Override
    public String provider() {
        return OpenAiModel.PROVIDER;
    }

    @Override
    public String baseUrl() {
        return "http://simulated/v1";
    }

    @Override
    public String defaultModel() {
        return "m";
    }

    @Override
    public List<String> wires() {
        return wire == Wire.CHAT ? List.of("chat", "responses") : List.of("responses", "chat");
    }

    @Override
    public Runnable send(Prompt prompt, ModelSink sink) {
        requests++;
        Wire asked = Wire.parse(prompt.wire().orElseThrow(), "wire");
        ObjectNode body = asked.body(prompt, this);
        Call call = new Call(asked.parser(sink), prompt.tools());
        Optional<String> problem = new ModelRequest(Map.of(), body).problem(dialect);
        if (problem.isPresent()) {
            ErrorBody error = new ErrorBody("", "invalid_request_error", problem.get(), "", 0);
            Optional<String> unsupported = OptionalParameters.refused(error, body, prompt);
            if (unsupported.isEmpty()) {
                refused.add(problem.get() + " in " + body);
            }
            call.fail(error.failure(400).withUnsupportedParameter(unsupported));
        } else if (!calm && random.nextInt(12) == 0) {
            call.fail(ModelFailure.of(FailureKind.OVERLOADED, "busy"));
        } else if (!calm && random.nextInt(20) == 0) {
            call.fail(ModelFailure.of(FailureKind.QUOTA, "pay"));
        } else {
            call.respond(asked);
        }
        return call::cancel;
    }

    /** One response. */
    private final class Call {
        private final ResponseParser reader;
        private final boolean isLate = random.nextInt(3) == 0;
        private final List<String> events = new ArrayList<>();
        private final List<ToolDefinition> tools;
        private boolean cancelled;

        Call(ResponseParser reader, List<ToolDefinition> tools) {
            this.reader = reader;
            this.tools = tools;
        }

        void cancel() {
            cancelled = !isLate;
        }

        void fail(ModelFailure failure) {
            clock.after(delay(), () -> {
                if (!cancelled) {
                    reader.eof(failure);
                }
            });
        }

        void respond(Wire wire) {
            List<String> whole = wire == Wire.CHAT
                    ? new SimulatedChat(random, tools, ids, calm).events()
                    : new SimulatedResponse(random, dialect, tools, ids, calm).events();
            int cut = !calm && random.nextInt(5) == 0 ? random.nextInt(whole.size()) : whole.size();
            events.addAll(whole.subList(0, cut));
            next(0);
        }

        /** Sends the next events together, as one packet; the rest follows. */
        private void next(int from) {
            clock.after(delay(), () -> {
                int to = Math.min(events.size(), from + 1 + random.nextInt(4));
                for (int i = from; i < to && !cancelled; i++) {
                    reader.event("", events.get(i));
                }
                if (!cancelled && to < events.size()) {
                    next(to);
                } else if (!cancelled) {
                    reader.eof(ModelFailure.of(FailureKind.TRUNCATED, "the stream ended"));
                }
            });
        }

        private Duration delay() {
            return Duration.ofMillis(random.nextInt(random.nextInt(10) == 0 ? 5_000 : 300));
        }
    }
}
