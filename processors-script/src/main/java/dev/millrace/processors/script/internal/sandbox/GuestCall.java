package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One task for the guest, from the first message to the answer. This class grants only a clock and a console, which is
 * all that loading and reducing may use. Confined to the thread of its sandbox.
 */
class GuestCall {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.script");

    private final String what;
    private final ScriptLimits limits;
    private final Timers timers;
    private final Deque<ObjectNode> inbox = new ArrayDeque<>();
    private long printed;
    private @Nullable JsonNode answer;
    private @Nullable String failure;

    /** A task; {@code what} describes it in messages. */
    GuestCall(String what, ScriptLimits limits, Timers timers) {
        this.what = what;
        this.limits = limits;
        this.timers = timers;
    }

    final String what() {
        return what;
    }

    final ScriptLimits limits() {
        return limits;
    }

    final Timers timers() {
        return timers;
    }

    /** Queues a message for the guest. */
    final void tell(ObjectNode message) {
        inbox.add(message);
    }

    final Optional<JsonNode> answer() {
        return Optional.ofNullable(answer);
    }

    final Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    final JsonNode call(String operation, JsonNode arguments) {
        return switch (operation) {
            case "take" -> {
                ObjectNode message = inbox.poll();
                yield message == null ? NullNode.instance : message;
            }
            case "now" -> JsonNodeFactory.instance.numberNode(timers.now().toEpochMilli());
            case "log" -> log(arguments);
            case "failed" -> {
                if (failure == null) {
                    failure = arguments.path("message").asText();
                }
                yield NullNode.instance;
            }
            case "loaded", "reduced", "handled" -> {
                answer = arguments;
                yield NullNode.instance;
            }
            default -> ask(operation, arguments);
        };
    }

    /** Handles a call that has an effect; refused here. */
    JsonNode ask(String operation, JsonNode arguments) {
        throw new ScriptEngine.Refusal(
                "'" + operation + "' is not available while " + what + "; use it in afterAppend");
    }

    private JsonNode log(JsonNode line) {
        String text = line.path("text").asText();
        printed += text.length() + 1;
        if (printed > limits.outputBytes()) {
            throw new ScriptException(
                    what + " printed more than its output limit of " + limits.outputBytes() + " characters");
        }
        LOG.log(Level.DEBUG, () -> what + ": " + line.path("level").asText() + ": " + text);
        return NullNode.instance;
    }
}
