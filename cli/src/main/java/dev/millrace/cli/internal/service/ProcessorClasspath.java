package dev.millrace.cli.internal.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.replay.ProcessorInstantiator;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where processors to be hosted or replayed come from: the command's own, and those of a class path. */
public final class ProcessorClasspath implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.millrace.cli");

    private final URLClassLoader loader;
    private final Map<String, String> settings;

    private ProcessorClasspath(URLClassLoader loader, Map<String, String> settings) {
        this.loader = loader;
        this.settings = settings;
    }

    /**
     * A source with these jars and directories as well.
     *
     * @throws CommandException when one is not there
     */
    public static ProcessorClasspath open(List<String> classPath, Map<String, String> environment) {
        List<URL> urls = new ArrayList<>();
        for (String entries : classPath) {
            for (String entry : entries.split(File.pathSeparator)) {
                for (Path file : files(entry)) {
                    try {
                        urls.add(file.toUri().toURL());
                    } catch (IOException e) {
                        throw new CommandException("--classpath: " + file + " is no place for classes; " + e, e);
                    }
                }
            }
        }
        Map<String, String> settings = new HashMap<>(ModelProviderSettings.from(environment));
        settings.putIfAbsent(ModelProviderSettings.API_KEY, "none");
        return new ProcessorClasspath(
                new URLClassLoader(urls.toArray(URL[]::new), ProcessorClasspath.class.getClassLoader()), settings);
    }

    private static List<Path> files(String entry) {
        if (!entry.endsWith("/*")) {
            Path file = Path.of(entry);
            if (!Files.exists(file)) {
                throw new CommandException("--classpath: " + entry + " is not there; build it, or correct the path");
            }
            return List.of(file);
        }
        try (Stream<Path> files = Files.list(Path.of(entry.substring(0, entry.length() - 2)))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new CommandException("--classpath: " + entry + " cannot be listed; " + e, e);
        }
    }

    /**
     * The processor of that name, or the one that a class of that name makes.
     *
     * @param config for a processor with a provider: what it would be attached with
     * @throws CommandException when there is none, or it cannot be made
     */
    public Processor<?> processor(String name, String config) {
        List<String> names = new ArrayList<>();
        for (ProcessorProvider provider : providers()) {
            if (provider.name().equals(name)) {
                return made(provider, config);
            }
            names.add(provider.name());
        }
        Object made = new ProcessorInstantiator(type(name, names)).make();
        if (made instanceof ProcessorProvider provider) {
            return made(provider, config);
        }
        if (made instanceof Processor<?> processor) {
            return processor;
        }
        throw new CommandException(
                "--processor: " + name + " is neither a Processor nor a ProcessorProvider; if it is one,"
                        + " leave the core out of --classpath");
    }

    /**
     * Every provider, for a server. Those of the class path are asked for their names and events, so that what cannot be
     * loaded is said before anything starts.
     *
     * @throws CommandException when one cannot be loaded, or there is none on a class path that is not empty
     */
    public List<ProcessorProvider> hosted() {
        List<ProcessorProvider> providers = providers();
        List<ProcessorProvider> foreign = providers.stream()
                .filter(provider -> provider.getClass().getClassLoader() == loader)
                .toList();
        if (foreign.isEmpty() && loader.getURLs().length > 0) {
            throw new CommandException("--classpath: no processor was found in " + places()
                    + "; a directory or jar names its providers in META-INF/services/"
                    + ProcessorProvider.class.getName());
        }
        for (ProcessorProvider provider : foreign) {
            String name = provider.getClass().getName();
            try {
                LOG.log(
                        Level.DEBUG,
                        "{0} brings ''{1}'' with {2} event types",
                        name,
                        provider.name(),
                        provider.events().size());
            } catch (RuntimeException | LinkageError e) {
                throw new CommandException(
                        "--classpath: " + name + " is broken: " + e
                                + "; correct it, or add what it needs to --classpath",
                        e);
            }
        }
        return providers;
    }

    private String places() {
        return Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(", "));
    }

    private List<ProcessorProvider> providers() {
        try {
            return ServiceLoader.load(ProcessorProvider.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError | LinkageError e) {
            String cause = e.getCause() == null ? "" : " (" + e.getCause() + ")";
            throw new CommandException(
                    "--classpath: a processor there cannot be loaded: " + e.getMessage() + cause
                            + "; correct its META-INF/services file, or add what it needs to --classpath",
                    e);
        }
    }

    private Class<?> type(String name, List<String> names) {
        try {
            return Class.forName(name, true, loader);
        } catch (ClassNotFoundException e) {
            throw new CommandException(
                    "--processor: there is no processor and no class '" + name + "'; processors are "
                            + String.join(", ", names.stream().sorted().toList())
                            + "; a class of yours needs its jar or directory in --classpath",
                    e);
        } catch (LinkageError e) {
            throw new CommandException(
                    "--processor: class " + name + " cannot be loaded: " + e + "; add what it needs to"
                            + " --classpath",
                    e);
        }
    }

    private Processor<?> made(ProcessorProvider provider, String config) {
        HostContext context = HostContext.over((EventStreams) ProcessorInstantiator.standIn(EventStreams.class))
                .settings(settings)
                .build();
        try {
            JsonNode json = JsonCodec.parse(config);
            if (!json.isObject()) {
                throw new IllegalArgumentException("expected an object, got " + json);
            }
            return provider.create(json, context);
        } catch (IllegalArgumentException e) {
            throw new CommandException("--config: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
