package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.processors.script.internal.js.ModuleRewriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The program of a worker, from which engines are created. Immutable.
 *
 * @param modules the rewritten modules, by name
 * @param entry the module whose default export is the processor
 * @param env the variables that the script sees as {@code process.env}
 * @param gateway the header that the gateway adds to each request of this worker
 */
public record ScriptProgram(
        Map<String, String> modules, String entry, Map<String, String> env, Optional<WorkerEvent.Header> gateway) {
    /**
     * The program of a configuration. The event can be of another version or program, with other rules.
     *
     * @throws ScriptException if the configuration breaks a rule, or if a module cannot be rewritten
     */
    public static ScriptProgram of(WorkerEvent.Configured configured, Map<String, String> env) {
        List<String> problems = ScriptSource.problems(configured);
        if (!problems.isEmpty()) {
            throw new ScriptException("its configuration is not valid: " + String.join("; ", problems));
        }
        Map<String, String> modules = new LinkedHashMap<>();
        Map<String, String> sources = ScriptSource.modules(configured);
        sources.forEach((name, source) -> modules.put(name, ModuleRewriter.rewrite(name, source)));
        return new ScriptProgram(modules, ScriptSource.entry(sources).orElseThrow(), env, configured.gatewayHeader());
    }

    /** The message that loads this program into a new engine. */
    ObjectNode loading(boolean fold) {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("kind", "load");
        message.put("entry", entry).put("fold", fold);
        ObjectNode sources = message.putObject("modules");
        modules.forEach(sources::put);
        ObjectNode variables = message.putObject("env");
        env.forEach(variables::put);
        return message;
    }
}
