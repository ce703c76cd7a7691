package dev.millrace.testkit.log;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A finder of resources by pattern, in the directories and jars of a class path. */
final class RecordedLogFinder {
    private static final Pattern FIXED = Pattern.compile("([^*?\\[{\\\\]*/)?.*");

    private final ClassLoader loader;

    RecordedLogFinder(ClassLoader loader) {
        this.loader = loader;
    }

    /**
     * The names of all resources that match, sorted.
     *
     * @throws IllegalArgumentException if there is none
     */
    List<String> matching(String pattern) {
        String glob = pattern.startsWith("/") ? pattern.substring(1) : pattern;
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        Set<String> names = new TreeSet<>();
        try {
            String directory = directory(glob);
            for (URL url : Collections.list(loader.getResources(directory))) {
                for (String name : below(url, directory)) {
                    if (matcher.matches(Path.of(name))) {
                        names.add(name);
                    }
                }
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("logs cannot be listed: '" + pattern + "'; " + e.getMessage(), e);
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no log matches '" + pattern
                    + "' on the test class path; put logs under src/test/resources, or correct the pattern");
        }
        return List.copyOf(names);
    }

    /** The directory at the start of a pattern, with a slash at its end; empty for the root. */
    private static String directory(String glob) {
        Matcher fixed = FIXED.matcher(glob);
        return fixed.matches() && fixed.group(1) != null ? fixed.group(1) : "";
    }

    private static List<String> below(URL url, String directory) throws IOException, URISyntaxException {
        if (url.getProtocol().equals("file")) {
            Path root = Path.of(url.toURI());
            try (Stream<Path> files = Files.walk(root)) {
                return files.filter(Files::isRegularFile)
                        .map(file ->
                                directory + root.relativize(file).toString().replace(File.separatorChar, '/'))
                        .toList();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
        if (url.openConnection() instanceof JarURLConnection connection) {
            connection.setUseCaches(false);
            try (JarFile jar = connection.getJarFile()) {
                return jar.stream()
                        .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(directory))
                        .map(entry -> entry.getName())
                        .toList();
            }
        }
        return List.of();
    }
}
