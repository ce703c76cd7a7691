package dev.millrace.scriptedmodel;

import java.util.List;

/** Finds the answers of a script for one server, and counts how often each rule has answered. Not thread-safe. */
final class ScriptReader {
    private final List<ModelScript.Rule> rules;
    private final int[] spoken;

    ScriptReader(ModelScript script) {
        rules = script.rules();
        spoken = new int[rules.size()];
    }

    ModelReply reply(ModelRequest request) {
        for (int i = 0; i < spoken.length; i++) {
            if (rules.get(i).matcher().test(request)) {
                spoken[i]++;
                return rules.get(i).answer().reply(request, spoken[i]);
            }
        }
        return ModelReply.failure(
                500,
                "server_error",
                "no_rule",
                "No rule of the script matches this request; add otherwise(...) or a rule for it.");
    }
}
