package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.http.ErrorBody;
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

/**
 * A model with the wire of {@link OpenAiModel} but without a socket: each request body is checked by the rules of a
 * strict server, and the events of the response arrive on virtual time. It also does what a network does: a response can
 * be cut, fail, or continue after it was cancelled.
 */
final class SimulatedModel implements Model {
    private final ProviderDialect dialect;
    private final VirtualTimers clock;
    private final Random random;
    private final List<String> refused = new ArrayList<>();
    private int requests;
    private int ids;
    private boolean calm;

    SimulatedModel(ProviderDialect dialect, VirtualTimers clock, Random random) {
        this.dialect = dialect;
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
    public Runnable send(Prompt prompt, ModelSink sink) {
        requests++;
        ObjectNode body = ResponsesRequestBody.of(prompt, this);
        Call call = new Call(new ResponseStreamReader(sink), prompt.tools());
        Optional<String> problem = new ModelRequest(Map.of(), body).problem(dialect);
        if (problem.isPresent()) {
            ErrorBody error = new ErrorBody("", "invalid_request_error", problem.get(), "", 0);
            Optional<String> unsupported = OptionalParameters.refused(error, body, prompt);
            if (unsupported.isEmpty()) {
                refused.add(problem.get() + " in " + body.path("input"));
            }
            call.fail(error.failure(400).withUnsupportedParameter(unsupported));
        } else if (!calm && random.nextInt(12) == 0) {
            call.fail(ModelFailure.of(FailureKind.OVERLOADED, "busy"));
        } else if (!calm && random.nextInt(20) == 0) {
            call.fail(ModelFailure.of(FailureKind.QUOTA, "pay"));
        } else {
            call.respond();
        }
        return call::cancel;
    }

    /** One response. */
    private final class Call {
        private final ResponseStreamReader reader;
        private final boolean isLate = random.nextInt(3) == 0;
        private final List<ObjectNode> events = new ArrayList<>();
        private final List<ToolDefinition> tools;
        private boolean cancelled;

        Call(ResponseStreamReader reader, List<ToolDefinition> tools) {
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

        void respond() {
            int items = random.nextInt(4);
            for (int index = 0; index < items; index++) {
                item(index);
            }
            if (random.nextInt(8) > 0 || items == 0) {
                message(items);
            }
            ObjectNode end = event(random.nextInt(10) == 0 ? "response.incomplete" : "response.completed");
            end.putObject("response").put("id", "resp_" + ++ids).put("model", "m");
            int whole = events.size();
            if (!calm && random.nextInt(5) == 0) {
                events.subList(random.nextInt(whole), whole).clear();
            }
            next(0);
        }

        /** Sends the next events together, as one packet; the rest follows. */
        private void next(int from) {
            clock.after(delay(), () -> {
                int to = Math.min(events.size(), from + 1 + random.nextInt(4));
                for (int i = from; i < to && !cancelled; i++) {
                    reader.event("", events.get(i).toString());
                }
                if (!cancelled && to < events.size()) {
                    next(to);
                } else if (!cancelled) {
                    reader.eof(ModelFailure.of(FailureKind.TRUNCATED, "the stream ended"));
                }
            });
        }

        private void item(int index) {
            switch (random.nextInt(tools.isEmpty() || calm ? 5 : 8)) {
                case 0 -> reasoning(index);
                case 1, 5, 6, 7 -> call(index);
                case 2 -> other(index);
                default -> message(index);
            }
        }

        private void message(int index) {
            boolean refusal = random.nextInt(6) == 0;
            for (int i = random.nextInt(4); i > 0; i--) {
                event(refusal ? "response.refusal.delta" : "response.output_text.delta")
                        .put("output_index", index)
                        .put("delta", "word ");
            }
            ObjectNode item = done(index, "message").put("id", "msg_" + ++ids).put("status", "completed");
            item.put("role", "assistant");
            ObjectNode part = item.putArray("content").addObject();
            if (refusal) {
                part.put("type", "refusal").put("refusal", "no");
            } else {
                part.put("type", "output_text").put("text", random.nextInt(6) == 0 ? " " : "word ");
            }
        }

        private void reasoning(int index) {
            event("response.reasoning.delta").put("output_index", index).put("delta", "hm");
            ObjectNode item = done(index, "reasoning").put("id", "rs_" + ++ids);
            item.putArray("summary");
            boolean isText = dialect == ProviderDialect.LLAMA_CPP || random.nextBoolean();
            if (isText) {
                item.putArray("content")
                        .addObject()
                        .put("type", "reasoning_text")
                        .put("text", "hm");
            } else {
                item.put("encrypted_content", "sealed");
            }
        }

        private void call(int index) {
            boolean isKnown = !tools.isEmpty() && random.nextInt(8) > 0;
            List<String> names = isKnown
                    ? tools.stream().map(ToolDefinition::name).toList()
                    : List.of("search", "functions.search", "", "x".repeat(80), "multi_tool_use.parallel");
            List<String> arguments = isKnown && random.nextInt(6) > 0
                    ? List.of("{\"q\":1}", "{\"q\":9}")
                    : List.of("", "{}", "{\"q\":1}", "{\"q\":", "[1]");
            List<String> callIds = List.of("call_" + ++ids, "call_1", "", "c".repeat(90), "call 1");
            ObjectNode item =
                    done(index, "function_call").put("id", "fc_" + ++ids).put("status", "completed");
            item.put("call_id", pick(callIds)).put("name", pick(names)).put("arguments", pick(arguments));
        }

        /** An item that only this server understands. */
        private void other(int index) {
            switch (dialect) {
                case OPENAI ->
                    done(index, "compaction").put("id", "cmp_" + ++ids).put("encrypted_content", "x");
                case OPEN_RESPONSES -> done(index, "vendor:thing").put("id", "v_" + ++ids);
                case LLAMA_CPP -> message(index);
            }
        }

        private ObjectNode done(int index, String type) {
            ObjectNode event = event("response.output_item.done").put("output_index", index);
            return event.putObject("item").put("type", type);
        }

        private ObjectNode event(String type) {
            ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
            events.add(event);
            return event;
        }

        private String pick(List<String> values) {
            return values.get(random.nextInt(values.size()));
        }

        private Duration delay() {
            return Duration.ofMillis(random.nextInt(random.nextInt(10) == 0 ? 5_000 : 300));
        }
    }
}
