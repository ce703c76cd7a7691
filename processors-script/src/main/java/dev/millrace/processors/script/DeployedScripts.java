package dev.millrace.processors.script;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which scripts a stream has configured. Immutable; its JSON is the slice that {@code GET state} shows.
 *
 * @param envVarsByKey what scripts see as {@code process.env}
 * @param workersBySlug the scripts, without their sources
 */
record DeployedScripts(Map<String, String> envVarsByKey, Map<String, Configuration> workersBySlug) {
    /**
     * One script.
     *
     * @param configuredAt the offset of the event that holds its source
     * @param startedBy the offset of the newest event that it has to be started anew for: its configuration, or a variable
     * @param sha256 the digest of its configuration, in hexadecimal digits
     */
    record Configuration(long configuredAt, long startedBy, String sha256) {}

    static DeployedScripts empty() {
        return new DeployedScripts(Map.of(), Map.of());
    }

    /** The same configuration again changes nothing. */
    DeployedScripts configured(String slug, String sha256, long offset) {
        Configuration old = workersBySlug.get(slug);
        if (old != null && old.sha256.equals(sha256)) {
            return this;
        }
        Map<String, Configuration> workers = new LinkedHashMap<>(workersBySlug);
        workers.put(slug, new Configuration(offset, offset, sha256));
        return new DeployedScripts(envVarsByKey, workers);
    }

    /** A variable with a new value is a new start for every script. */
    DeployedScripts set(String key, String value, long offset) {
        if (value.equals(envVarsByKey.get(key))) {
            return this;
        }
        Map<String, String> variables = new LinkedHashMap<>(envVarsByKey);
        variables.put(key, value);
        Map<String, Configuration> workers = new LinkedHashMap<>();
        workersBySlug.forEach(
                (slug, old) -> workers.put(slug, new Configuration(old.configuredAt, offset, old.sha256)));
        return new DeployedScripts(variables, workers);
    }

    DeployedScripts without(String slug) {
        if (!workersBySlug.containsKey(slug)) {
            return this;
        }
        Map<String, Configuration> workers = new LinkedHashMap<>(workersBySlug);
        workers.remove(slug);
        return new DeployedScripts(envVarsByKey, workers);
    }
}
