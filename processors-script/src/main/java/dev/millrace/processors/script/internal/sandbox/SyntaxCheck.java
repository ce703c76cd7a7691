package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.processors.script.internal.js.ModuleRewriter;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds the syntax errors of scripts by compiling each one as the body of a function that is not called, in an engine
 * without rights. A text that closes that function early does run; it can call nothing there. One check runs at a time,
 * with at most 32 MiB and 2 s of processor time, and a caller waits at most 5 s. A script that takes more passes: the
 * worker that loads it reports its error. Thread-safe.
 */
public final class SyntaxCheck {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.script");
    private static final Duration MOST_CPU = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int HEAP_MIB = 32;
    private static final SandboxThread THREAD = new SandboxThread();

    private SyntaxCheck() {}

    /**
     * The problems of a configuration, one line each, with the field, the line, and the words of the engine: {@code
     * payload.script: line 3: SyntaxError: …}. Includes the {@link ScriptSource#problems}.
     */
    public static List<String> problems(WorkerEvent.Configured configured) {
        List<String> problems = ScriptSource.problems(configured);
        return problems.isEmpty() ? syntaxErrors(configured) : problems;
    }

    private static List<String> syntaxErrors(WorkerEvent.Configured configured) {
        Map<String, String> sources = ScriptSource.modules(configured);
        Map<String, String> rewritten = new LinkedHashMap<>();
        for (Map.Entry<String, String> module : sources.entrySet()) {
            try {
                rewritten.put(module.getKey(), ModuleRewriter.rewrite(module.getKey(), module.getValue()));
            } catch (ScriptException misread) {
                return List.of(field(configured, module.getKey()) + ": " + misread.getMessage());
            }
        }
        List<SyntaxError> errors = inTime(rewritten);
        return errors.stream()
                .map(error -> field(configured, error.module()) + ": line "
                        + Math.min(error.line(), lines(sources.getOrDefault(error.module(), ""))) + ": "
                        + error.message())
                .toList();
    }

    private static String field(WorkerEvent.Configured configured, String module) {
        return configured.modules().isPresent() ? "payload.modules." + module : "payload.script";
    }

    /** The engine can name the line after the last one: it found that something is missing there. */
    private static int lines(String source) {
        return (int) Math.max(1, source.stripTrailing().lines().count());
    }

    private record SyntaxError(String module, int line, String message) {}

    private static List<SyntaxError> inTime(Map<String, String> modules) {
        CompletableFuture<List<SyntaxError>> result = new CompletableFuture<>();
        THREAD.execute(() -> {
            if (!result.isDone()) { // otherwise its caller has gone
                try {
                    result.complete(compile(modules));
                } catch (Throwable failure) { // errors too: the caller has to see them
                    result.completeExceptionally(failure);
                }
            }
        });
        try {
            return result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException notChecked) {
            LOG.log(Level.DEBUG, "the syntax of a script was not checked; its worker reports an error", notChecked);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        result.cancel(false);
        return List.of();
    }

    private static List<SyntaxError> compile(Map<String, String> modules) {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("kind", "check");
        ObjectNode sources = message.putObject("modules");
        modules.forEach(sources::put);
        CheckHost host = new CheckHost(message);
        try (ScriptEngine engine = new QuickJsEngine(host, HEAP_MIB)) {
            engine.run(MOST_CPU, MOST_CPU, "compiling");
        }
        return host.errors;
    }

    /** Gives the guest the modules, and nothing else. */
    private static final class CheckHost implements ScriptEngine.Host {
        private static final int MOST_ERRORS = 20;

        private final List<SyntaxError> errors = new ArrayList<>();
        private JsonNode message;

        CheckHost(ObjectNode message) {
            this.message = message;
        }

        @Override
        public JsonNode call(String operation, JsonNode arguments) {
            switch (operation) {
                case "take" -> {
                    JsonNode next = message;
                    message = NullNode.instance;
                    return next;
                }
                case "invalid" -> {
                    if (errors.size() < MOST_ERRORS) {
                        errors.add(new SyntaxError(
                                arguments.path("name").asText(),
                                arguments.path("line").asInt(1),
                                arguments.path("message").asText()));
                    }
                    return NullNode.instance;
                }
                default -> throw new ScriptEngine.Refusal("'" + operation + "' is not available while compiling");
            }
        }
    }
}
