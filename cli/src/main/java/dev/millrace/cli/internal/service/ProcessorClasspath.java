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

/** A class loader for processors that are hosted or replayed: built-in ones and those of a class path. */
public final class ProcessorClasspath implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.millrace.cli");

    private final URLClassLoader loader;
    private final Map<String, String> settings;

    private ProcessorClasspath(URLClassLoader loader, Map<String, String> settings) {
        this.loader = loader;
        this.settings = settings;
    }

    /** Opens a source with additional jars and directories; throws a {@link CommandException} if one does not exist. */
    public static ProcessorClasspath open(List<String> classPath, Map<String, String> environment) {
        List<URL> urls = new ArrayList<>();
        for (String entries : classPath) {
            for (String entry : entries.split(File.pathSeparator)) {
                for (Path file : files(entry)) {
                    try {
                        urls.add(file.toUri().toURL());
                    } catch (IOException e) {
                        throw new CommandException("--classpath: " + file + " cannot be a class path entry: " + e, e);
                    }
                }
            }
        }
        Map<String, String> settings = new HashMap<>(ModelProviderSettings.from(environment));
        settings.putIfAbsent(ModelProviderSettings.API_KEY, "none");
        settings.putIfAbsent(ModelProviderSettings.ANTHROPIC_API_KEY, "none");
        return new ProcessorClasspath(
                new URLClassLoader(urls.toArray(URL[]::new), ProcessorClasspath.class.getClassLoader()), settings);
    }

    private static List<Path> files(String entry) {
        if (!entry.endsWith("/*")) {
            Path file = Path.of(entry);
            if (!Files.exists(file)) {
                throw new CommandException("--classpath: " + entry + " does not exist; build it, or correct the path");
            }
            return List.of(file);
        }
        try (Stream<Path> files = Files.list(Path.of(entry.substring(0, entry.length() - 2)))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new CommandException("--classpath: " + entry + " cannot be listed: " + e + "; correct the path", e);
        }
    }

    /**
     * Creates the processor with this name, or an instance of the class with this name; {@code config} is for a
     * processor with a provider. Throws a {@link CommandException} if there is none or it cannot be created.
     */
    public Processor<?> processor(String name, String config) {
        List<String> names = new ArrayList<>();
        for (ProcessorProvider provider : providers()) {
            if (provider.name().equals(name) || provider.aliases().contains(name)) {
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
                        + " remove millrace-core from --classpath");
    }

    /**
     * All providers, for a server. Providers of the class path are loaded and asked for name and events, so errors are
     * found before the server starts. Throws a {@link CommandException} if one cannot be loaded, or a given class path
     * has none.
     */
    public List<ProcessorProvider> hosted() {
        List<ProcessorProvider> providers = providers();
        List<ProcessorProvider> foreign = providers.stream()
                .filter(provider -> provider.getClass().getClassLoader() == loader)
                .toList();
        if (foreign.isEmpty() && loader.getURLs().length > 0) {
            throw new CommandException("--classpath: no processor was found in "
                    + Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(", "))
                    + "; a directory or jar names its providers in META-INF/services/"
                    + ProcessorProvider.class.getName());
        }
        for (ProcessorProvider provider : foreign) {
            String name = provider.getClass().getName();
            try {
                LOG.log(
                        Level.DEBUG,
                        "{0} provides ''{1}'' with {2} event types",
                        name,
                        provider.name(),
                        provider.events().size());
            } catch (RuntimeException | LinkageError e) {
                throw new CommandException(
                        "--classpath: " + name + " failed: " + e
                                + "; correct it, or add the jars that it needs to --classpath",
                        e);
            }
        }
        return providers;
    }

    private List<ProcessorProvider> providers() {
        try {
            return ServiceLoader.load(ProcessorProvider.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError | LinkageError e) {
            String cause = e.getCause() == null ? "" : " (" + e.getCause() + ")";
            throw new CommandException(
                    "--classpath: a processor cannot be loaded: " + e.getMessage() + cause
                            + "; correct its META-INF/services file, or add the jars that it needs to --classpath",
                    e);
        }
    }

    private Class<?> type(String name, List<String> names) {
        try {
            return Class.forName(name, true, loader);
        } catch (ClassNotFoundException e) {
            throw new CommandException(
                    "--processor: there is no processor or class '" + name + "'; the processors are "
                            + String.join(", ", names.stream().sorted().toList())
                            + "; for a class of your own add its jar or directory to --classpath",
                    e);
        } catch (LinkageError e) {
            throw new CommandException(
                    "--processor: class " + name + " cannot be loaded: " + e + "; add the jars that it needs"
                            + " to --classpath",
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
