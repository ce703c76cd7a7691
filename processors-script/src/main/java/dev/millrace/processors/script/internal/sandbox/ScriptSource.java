package dev.millrace.processors.script.internal.sandbox;

import dev.millrace.core.JsonCodec;
import dev.millrace.processors.script.WorkerEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads and validates the sources of a configuration, without running them. */
public final class ScriptSource {
    private static final String SINGLE = "processor.js";
    private static final List<String> ENTRIES = List.of("processor.ts", SINGLE);

    private ScriptSource() {}

    /** The modules by name; a single script is one module. */
    static Map<String, String> modules(WorkerEvent.Configured configured) {
        return configured
                .modules()
                .orElseGet(() -> Map.of(SINGLE, configured.script().orElseThrow()));
    }

    /** The names of the modules. */
    public static Set<String> moduleNames(WorkerEvent.Configured configured) {
        return configured.modules().map(Map::keySet).orElse(Set.of(SINGLE));
    }

    /** The name of the module that exports the processor. */
    public static String entry(WorkerEvent.Configured configured) {
        return configured.modules().flatMap(ScriptSource::entry).orElse(SINGLE);
    }

    /** The module that exports the processor. */
    static Optional<String> entry(Map<String, String> modules) {
        return ENTRIES.stream().filter(modules::containsKey).findFirst();
    }

    /** Equal for equal configurations, and different for all others. */
    public static String digest(WorkerEvent.Configured configured) {
        return sha256(JsonCodec.write(configured));
    }

    /** The first eight characters of the digest of a text. */
    public static String shortDigest(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    /** The problems of a configuration that the field types do not show, one line each. */
    public static List<String> problems(WorkerEvent.Configured configured) {
        if (configured.script().isPresent() == configured.modules().isPresent()) {
            return List.of("payload: expected exactly one of 'script' and 'modules'");
        }
        List<String> problems = new ArrayList<>();
        Map<String, String> modules = modules(configured);
        if (entry(modules).isEmpty()) {
            problems.add("payload.modules: expected an entry named 'processor.ts' or 'processor.js', got "
                    + List.copyOf(modules.keySet()));
        }
        long length = modules.values().stream().mapToLong(String::length).sum();
        if (length > ScriptLimits.SOURCE_CHARACTERS) {
            problems.add("payload." + (configured.modules().isPresent() ? "modules" : "script") + ": expected at most "
                    + ScriptLimits.SOURCE_CHARACTERS + " characters of source, got " + length);
        }
        configured
                .outboundGateway()
                .flatMap(WorkerEvent.Gateway::props)
                .filter(props -> props.secretHeaderName().isPresent()
                        != props.secretHeaderValue().isPresent())
                .ifPresent(props ->
                        problems.add("payload.outboundGateway.props: secretHeaderName and secretHeaderValue belong"
                                + " together; set both or neither"));
        return problems;
    }
}
