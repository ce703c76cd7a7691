package dev.millrace.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The checkout this test runs in. */
final class SourceTree {
    private static final Path ROOT = findRoot(Path.of("").toAbsolutePath());

    private SourceTree() {}

    /** The directory that holds the Maven wrapper. */
    static Path root() {
        return ROOT;
    }

    /** Every directory with a pom directly below the root. */
    static List<Path> modules() {
        return list(Files::list, ROOT, directory -> Files.exists(directory.resolve("pom.xml")));
    }

    /** Java sources of every module, main and test, without what was generated. */
    static List<Path> javaSources() {
        return modules().stream()
                .map(module -> module.resolve("src"))
                .filter(Files::isDirectory)
                .flatMap(source ->
                        list(Files::walk, source, file -> file.toString().endsWith(".java")).stream())
                .toList();
    }

    /** The classes that the service files of all modules name. */
    static Set<String> serviceProviders() {
        return modules().stream()
                .map(module -> module.resolve("src/main/resources/META-INF/services"))
                .filter(Files::isDirectory)
                .flatMap(services -> list(Files::list, services, Files::isRegularFile).stream())
                .flatMap(file -> lines(file).stream())
                .collect(Collectors.toSet());
    }

    /** The root's Markdown files, those of every module, and everything below {@code docs}. */
    static List<Path> documents() {
        Predicate<Path> markdown = file -> file.toString().endsWith(".md");
        Path docs = ROOT.resolve("docs");
        return Stream.of(
                        list(Files::list, ROOT, markdown).stream(),
                        modules().stream().flatMap(module -> list(Files::list, module, markdown).stream()),
                        Files.isDirectory(docs) ? list(Files::walk, docs, markdown).stream() : Stream.<Path>empty())
                .flatMap(files -> files)
                .toList();
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + relative(file), e);
        }
    }

    /** The file as it reads in a message. */
    static String relative(Path file) {
        return ROOT.relativize(file.toAbsolutePath()).toString();
    }

    private static List<Path> list(Walk walk, Path directory, Predicate<Path> wanted) {
        try (Stream<Path> found = walk.from(directory)) {
            return found.filter(wanted).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    private static Path findRoot(Path start) {
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            if (Files.exists(directory.resolve("mvnw"))) {
                return directory;
            }
        }
        throw new IllegalStateException("no directory with a Maven wrapper above " + start
                + "; run this test inside a checkout of the project");
    }

    private interface Walk {
        Stream<Path> from(Path directory) throws IOException;
    }
}
