package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The source in a configuration, and what can be wrong with it without running it. */
final class WorkerSource {
    private static final String SINGLE = "processor.js";
    private static final List<String> ENTRIES = List.of("processor.ts", SINGLE);
    private static final Set<String> GATEWAY_FIELDS = Set.of("entrypoint", "props");
    private static final Set<String> HEADER_FIELDS = Set.of("secretHeaderName", "secretHeaderValue");

    private WorkerSource() {}

    /** The modules by name; a single script is one module. */
    static Map<String, String> modules(WorkerEvent.Configured configured) {
        return configured
                .modules()
                .orElseGet(() -> Map.of(SINGLE, configured.script().orElseThrow()));
    }

    /** The module that exports the processor. */
    static Optional<String> entry(Map<String, String> modules) {
        return ENTRIES.stream().filter(modules::containsKey).findFirst();
    }

    /** Two configurations of the same digest mean the same. */
    static String digest(WorkerEvent.Configured configured) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(JsonCodec.write(configured));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    /** As {@link #digest}, of a slug, in eight characters. */
    static String shortDigest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    /** What is wrong with the payload of a configuration that fits its schema, one line a problem. Runs nothing. */
    static List<String> problems(JsonNode payload) {
        List<String> problems = new ArrayList<>();
        JsonNode modules = payload.path("modules");
        if (modules.isObject()) {
            if (ENTRIES.stream().noneMatch(modules::has)) {
                problems.add(
                        "modules: expected an entry named 'processor.ts' or 'processor.js', got " + names(modules));
            }
            modules.properties().stream()
                    .filter(module -> !module.getValue().isTextual())
                    .forEach(
                            module -> problems.add("modules." + module.getKey() + ": expected the source as a string"));
        }
        long length = payload.path("script").asText().length()
                + modules.properties().stream()
                        .mapToLong(module -> module.getValue().asText().length())
                        .sum();
        if (length > ScriptLimits.SOURCE_CHARACTERS) {
            problems.add((modules.isObject() ? "modules" : "script") + ": expected at most "
                    + ScriptLimits.SOURCE_CHARACTERS + " characters of source, got " + length);
        }
        gateway(payload.path("outboundGateway"), problems);
        return problems;
    }

    private static void gateway(JsonNode gateway, List<String> problems) {
        if (!gateway.isObject()) {
            return;
        }
        unknown("outboundGateway", gateway, GATEWAY_FIELDS, problems);
        if (!gateway.path("entrypoint").isMissingNode()
                && !gateway.path("entrypoint").isTextual()) {
            problems.add("outboundGateway.entrypoint: expected a string");
        }
        JsonNode props = gateway.path("props");
        if (props.isMissingNode()) {
            return;
        }
        if (!props.isObject()) {
            problems.add("outboundGateway.props: expected an object");
            return;
        }
        unknown("outboundGateway.props", props, HEADER_FIELDS, problems);
        if (props.has("secretHeaderName") != props.has("secretHeaderValue")) {
            problems.add("outboundGateway.props: secretHeaderName and secretHeaderValue go together, both or neither");
        }
        HEADER_FIELDS.stream()
                .filter(field -> props.has(field) && !props.path(field).isTextual())
                .sorted()
                .forEach(field -> problems.add("outboundGateway.props." + field + ": expected a string"));
    }

    private static void unknown(String where, JsonNode object, Set<String> known, List<String> problems) {
        object.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                problems.add(where + "." + field + ": unknown field");
            }
        });
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
