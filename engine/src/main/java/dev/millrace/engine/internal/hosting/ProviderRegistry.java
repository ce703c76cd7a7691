package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.KnownEvents;
import java.security.CodeSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The processors a server knows by name. */
public final class ProviderRegistry {
    private final Map<String, ProcessorProvider> byName = new LinkedHashMap<>();
    private final KnownEvents events;
    private final Map<String, Set<String>> standing = new LinkedHashMap<>();

    public ProviderRegistry(List<ProcessorProvider> providers) {
        for (ProcessorProvider provider : providers) {
            ProcessorProvider other = byName.putIfAbsent(provider.name(), provider);
            if (other != null) {
                throw new IllegalArgumentException("two processors are named '" + provider.name() + "': "
                        + describe(other) + " and " + describe(provider) + "; take one of them off the class path");
            }
        }
        events = KnownEvents.of(providers);
        events.brought().stream()
                .filter(brought -> brought.event().isActivating())
                .forEach(brought -> standing.computeIfAbsent(brought.provider().name(), name -> new HashSet<>())
                        .addAll(brought.event().type().spellings()));
    }

    /** The types of the service and of these processors. */
    public KnownEvents events() {
        return events;
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

    /** The types, in every spelling, whose first event brings some processor to a stream. */
    Set<String> activating() {
        return standing.values().stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
    }

    /** The names of those that an event of this type brings to its stream. */
    List<String> activatedBy(String type) {
        return standing.entrySet().stream()
                .filter(entry -> entry.getValue().contains(type))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those that some event brings to its stream, with every spelling of the types that do. */
    Map<String, Set<String>> standing() {
        return standing;
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
