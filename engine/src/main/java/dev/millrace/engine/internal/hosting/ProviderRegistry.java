package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.KnownEvents;
import java.lang.System.Logger.Level;
import java.security.CodeSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The processor providers of an engine, by name. Immutable. */
public final class ProviderRegistry {
    private static final System.Logger LOG = System.getLogger("dev.millrace.engine");

    private final Map<String, ProcessorProvider> byName = new LinkedHashMap<>();
    private final Map<String, String> nameByAlias = new HashMap<>();
    private final KnownEvents events;
    private final Map<String, Set<String>> activatingTypes = new LinkedHashMap<>();

    public ProviderRegistry(List<ProcessorProvider> providers) {
        for (ProcessorProvider provider : providers) {
            add(provider.name(), provider);
            byName.put(provider.name(), provider);
        }
        for (ProcessorProvider provider : providers) {
            provider.aliases().forEach(alias -> add(alias, provider));
        }
        events = KnownEvents.of(providers);
        events.registrations().stream()
                .filter(registration -> registration.event().isActivating())
                .forEach(registration -> activatingTypes
                        .computeIfAbsent(registration.provider().name(), name -> new HashSet<>())
                        .addAll(registration.event().type().spellings()));
    }

    private void add(String name, ProcessorProvider provider) {
        String other = nameByAlias.putIfAbsent(name, provider.name());
        if (other != null) {
            throw new IllegalArgumentException("two processors are named '" + name + "': "
                    + describe(byName.getOrDefault(other, provider)) + " and " + describe(provider)
                    + "; take one of them off the class path");
        }
    }

    /** The name of the processor that an attach event means. */
    String canonical(String name) {
        return nameByAlias.getOrDefault(name, name);
    }

    public KnownEvents events() {
        return events;
    }

    /** The names of all processors, in the order of the alphabet. */
    public SortedSet<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    Collection<String> everywhere() {
        return names(ProcessorProvider::everywhere);
    }

    /** The names of the processors that run only where an event attached them. */
    Collection<String> attachable() {
        return names(provider -> !provider.everywhere());
    }

    private List<String> names(Predicate<ProcessorProvider> which) {
        return byName.values().stream()
                .filter(which)
                .map(ProcessorProvider::name)
                .toList();
    }

    /** The types, in every spelling, of events that activate a processor on their stream. */
    Set<String> activating() {
        return activatingTypes.values().stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
    }

    /** The names of the processors that an event of this type activates. */
    List<String> activatedBy(String type) {
        return activatingTypes.entrySet().stream()
                .filter(entry -> entry.getValue().contains(type))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** By processor name, every spelling of the types that activate it; only for processors with such types. */
    Map<String, Set<String>> activatingTypes() {
        return activatingTypes;
    }

    /** Creates a processor. Throws {@link IllegalArgumentException} if the name or the configuration is wrong. */
    Processor<?> create(String name, JsonNode config, HostContext context) {
        ProcessorProvider provider = byName.get(name);
        if (provider == null) {
            throw new IllegalArgumentException(
                    "no processor is named '" + name + "' on this server; it knows " + names()
                            + "; correct the name in processor-attached, or add the jar with its ProcessorProvider to"
                            + " the class path of the server and restart it");
        }
        Processor<?> processor = provider.create(config, context);
        if (!processor.slug().equals(name)) {
            throw new IllegalArgumentException("ProcessorProvider.name() is '" + name
                    + "', but the processor it creates has slug() '" + processor.slug() + "'; make both the same");
        }
        return processor;
    }

    /** A state of the processor with this name, as the state of a stream shows it. */
    JsonNode slice(String name, JsonNode state) {
        ProcessorProvider provider = byName.get(name);
        return provider == null ? state : provider.stateSlice(state);
    }

    /** Closes the providers that are {@link AutoCloseable}. */
    void close() {
        byName.values().stream().filter(AutoCloseable.class::isInstance).forEach(ProviderRegistry::close);
    }

    private static void close(ProcessorProvider provider) {
        try {
            ((AutoCloseable) provider).close();
        } catch (Exception failure) {
            LOG.log(Level.WARNING, "the provider of '" + provider.name() + "' cannot be closed", failure);
        }
    }

    private static String describe(ProcessorProvider provider) {
        CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
        return provider.getClass().getName() + (source == null ? "" : " in " + source.getLocation());
    }
}
