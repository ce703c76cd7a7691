package dev.millrace.processors.script;

import dev.millrace.processors.script.internal.sandbox.ScriptSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The scripts that are configured on a stream. Immutable; {@code GET state} shows it as JSON.
 *
 * @param envVarsByKey the variables that scripts see as {@code process.env}
 * @param workersBySlug the scripts, without their sources
 */
record DeployedScripts(Map<String, String> envVarsByKey, Map<String, Configuration> workersBySlug) {
    /**
     * A configured script.
     *
     * @param configuredAt the offset of the event with its source
     * @param startedBy the offset of the newest event that restarts it: its configuration, or a new value of a variable
     * @param sha256 the digest of its configuration, in hexadecimal
     * @param configuration what the state of the stream shows of the configuration
     * @param hasWaited true if it once had to wait for a place on the server
     */
    record Configuration(
            long configuredAt,
            long startedBy,
            String sha256,
            ShownConfiguration configuration,
            Optional<Boolean> hasWaited) {
        private Configuration with(long newStart, Optional<Boolean> waited) {
            return new Configuration(configuredAt, newStart, sha256, configuration, waited);
        }

        /** True if it is the same start of the same configuration. */
        boolean isStartOf(@Nullable Configuration other) {
            return other != null && configuredAt == other.configuredAt && startedBy == other.startedBy;
        }
    }

    static DeployedScripts empty() {
        return new DeployedScripts(Map.of(), Map.of());
    }

    /** Adds or replaces a script; an equal configuration changes nothing. */
    DeployedScripts configured(WorkerEvent.Configured event, long offset) {
        String slug = event.slug();
        String sha256 = ScriptSource.digest(event);
        Configuration old = workersBySlug.get(slug);
        if (old != null && old.sha256.equals(sha256)) {
            return this;
        }
        Map<String, Configuration> workers = new LinkedHashMap<>(workersBySlug);
        workers.put(slug, new Configuration(offset, offset, sha256, ShownConfiguration.of(event), Optional.empty()));
        return new DeployedScripts(envVarsByKey, workers);
    }

    /** Sets a variable; a new value restarts every script. */
    DeployedScripts set(String key, String value, long offset) {
        if (value.equals(envVarsByKey.get(key))) {
            return this;
        }
        Map<String, String> variables = new LinkedHashMap<>(envVarsByKey);
        variables.put(key, value);
        Map<String, Configuration> workers = new LinkedHashMap<>();
        workersBySlug.forEach((slug, old) -> workers.put(slug, old.with(offset, old.hasWaited)));
        return new DeployedScripts(variables, workers);
    }

    /** Notes that a script had to wait for a place; does nothing if it was configured again since. */
    DeployedScripts waiting(String slug, long configuredAt) {
        Configuration old = workersBySlug.get(slug);
        if (old == null || old.configuredAt != configuredAt) {
            return this;
        }
        Map<String, Configuration> workers = new LinkedHashMap<>(workersBySlug);
        workers.put(slug, old.with(old.startedBy, Optional.of(true)));
        return new DeployedScripts(envVarsByKey, workers);
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
