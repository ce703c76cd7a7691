package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.processor.HostContext;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.processor.ProcessorProvider;
import java.security.CodeSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The processors a server knows by name. */
final class Providers {
    private final Map<String, ProcessorProvider> byName = new LinkedHashMap<>();
    private final HostContext context;

    Providers(List<ProcessorProvider> providers, Map<String, String> settings) {
        Map<String, String> known = Map.copyOf(settings);
        this.context = name -> Optional.ofNullable(known.get(name));
        for (ProcessorProvider provider : providers) {
            ProcessorProvider other = byName.putIfAbsent(provider.name(), provider);
            if (other != null) {
                throw new IllegalArgumentException("two processors are named '" + provider.name() + "': "
                        + describe(other) + " and " + describe(provider) + "; take one of them off the class path");
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

    boolean isEverywhere(String name) {
        ProcessorProvider provider = byName.get(name);
        return provider != null && provider.everywhere();
    }

    /** The names of those that run only where an event attached them. */
    Collection<String> attachable() {
        return byName.values().stream()
                .filter(provider -> !provider.everywhere())
                .map(ProcessorProvider::name)
                .toList();
    }

    /**
     * A processor for one stream.
     *
     * @throws IllegalArgumentException when the name or the configuration is wrong; the message says what to change
     */
    Processor<?> create(String name, JsonNode config) {
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
