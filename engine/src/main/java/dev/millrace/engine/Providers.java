package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The processors a server knows by name. */
final class Providers {
    private final Map<String, ProcessorProvider> byName = new LinkedHashMap<>();
    private final Map<BuiltInType, List<ProcessorProvider>> byType = new EnumMap<>(BuiltInType.class);
    private final Map<String, Set<String>> standing = new LinkedHashMap<>();

    Providers(List<ProcessorProvider> providers) {
        for (ProcessorProvider provider : providers) {
            ProcessorProvider other = byName.putIfAbsent(provider.name(), provider);
            if (other != null) {
                throw new IllegalArgumentException("two processors are named '" + provider.name() + "': "
                        + describe(other) + " and " + describe(provider) + "; take one of them off the class path");
            }
            provider.activatedBy()
                    .forEach(type -> byType.computeIfAbsent(type, key -> new ArrayList<>())
                            .add(provider));
            if (!provider.activatedBy().isEmpty()) {
                standing.put(
                        provider.name(),
                        provider.activatedBy().stream()
                                .flatMap(type -> type.spellings().stream())
                                .collect(Collectors.toUnmodifiableSet()));
            }
        }
    }

    /** The names of those that run on every stream. */
    Collection<String> everywhere() {
        return byName.values().stream()
                .filter(ProcessorProvider::everywhere)
                .map(ProcessorProvider::name)
                .toList();
    }

    /** The names of those that run only where an event attached them. */
    Collection<String> attachable() {
        return byName.values().stream()
                .filter(provider -> !provider.everywhere())
                .map(ProcessorProvider::name)
                .toList();
    }

    /** The types whose first event brings some processor to a stream. */
    Set<BuiltInType> activating() {
        return byType.keySet();
    }

    /** The names of those that an event of this type brings to its stream. */
    List<String> activatedBy(BuiltInType type) {
        return byType.getOrDefault(type, List.of()).stream()
                .map(ProcessorProvider::name)
                .toList();
    }

    /** Those that some event brings to its stream, with every spelling of the types that do. */
    Map<String, Set<String>> standing() {
        return standing;
    }

    /** What the schema of a type, and the processors it activates, have against a payload. */
    List<String> problems(BuiltInType type, JsonNode payload) {
        List<String> problems = new ArrayList<>(type.problems(payload));
        if (problems.isEmpty()) {
            byType.getOrDefault(type, List.of()).forEach(provider -> problems.addAll(provider.problems(type, payload)));
        }
        return problems;
    }

    /**
     * A processor for one stream.
     *
     * @throws IllegalArgumentException when the name or the configuration is wrong; the message says what to change
     */
    Processor<?> create(String name, JsonNode config, HostContext context) {
        ProcessorProvider provider = byName.get(name);
        if (provider == null) {
            throw new IllegalArgumentException(
                    "no processor is named '" + name + "' on this server; it knows " + new TreeSet<>(byName.keySet()));
        }
        Processor<?> processor = provider.create(config, context);
        if (!processor.slug().equals(name)) {
            throw new IllegalArgumentException("provider '" + name + "' made a processor with the slug '"
                    + processor.slug() + "'; the two must be equal");
        }
        return processor;
    }

    private static String describe(ProcessorProvider provider) {
        CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
        return provider.getClass().getName() + (source == null ? "" : " in " + source.getLocation());
    }
}
