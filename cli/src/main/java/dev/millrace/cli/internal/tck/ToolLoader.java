package dev.millrace.cli.internal.tck;

import dev.millrace.cli.internal.terminal.CommandException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * A class loader for tools that are not on the class path of the command, because a server does not need them. Their
 * jars are in a separate directory and are loaded when a tool is used.
 */
final class ToolLoader implements AutoCloseable {
    static final String DIRECTORY = "tck";

    private final URLClassLoader loader;

    private ToolLoader(URLClassLoader loader) {
        this.loader = loader;
    }

    /** The tools of the class path and of the tools directory in {@code home}. */
    static ToolLoader beside(Path home) throws IOException {
        Path directory = home.resolve(DIRECTORY);
        if (!Files.isDirectory(directory)) {
            return new ToolLoader(new URLClassLoader(new URL[0], ToolLoader.class.getClassLoader()));
        }
        try (Stream<Path> files = Files.list(directory)) {
            URL[] jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .map(ToolLoader::url)
                    .toArray(URL[]::new);
            return new ToolLoader(new URLClassLoader(jars, ToolLoader.class.getClassLoader()));
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new CommandException("cannot load " + jar + ": " + e.getMessage(), e);
        }
    }

    Optional<ToolProvider> find(String name) {
        return ServiceLoader.load(ToolProvider.class, loader).stream()
                .filter(provider -> provider.type().getName().startsWith("dev.millrace."))
                .map(ServiceLoader.Provider::get)
                .filter(tool -> tool.name().equals(name))
                .findFirst();
    }

    /** Runs a tool with this class loader as context class loader. */
    int run(ToolProvider tool, PrintWriter out, PrintWriter err, List<String> arguments) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return tool.run(out, err, arguments.toArray(String[]::new));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
