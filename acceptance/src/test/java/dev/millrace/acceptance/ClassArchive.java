package dev.millrace.acceptance;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * How tests start Java: quickly, with our class path and an archive of the classes that a server loads from it. The archive
 * is made once for a build, by whoever needs it first, and spares each process most of the work of loading classes. A
 * process without an archive does the same, only later.
 */
final class ClassArchive {
    private static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");
    private static final int MOST_SECONDS = 60;
    private static final List<String> COMMAND = command();

    private ClassArchive() {}

    /** Java with its options and the class path; the main class and its arguments follow. */
    static List<String> java(String... options) {
        List<String> command = new ArrayList<>(COMMAND);
        command.addAll(1, List.of(options));
        return command;
    }

    private static List<String> command() {
        List<String> entries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> Files.exists(Path.of(entry)))
                .toList();
        Path directory = Path.of(
                        "target",
                        "class-archive",
                        Integer.toHexString(state(entries).hashCode()))
                .toAbsolutePath();
        Path archive = directory.resolve("classes.jsa");
        try {
            Files.createDirectories(directory);
            try (FileChannel channel = FileChannel.open(
                            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock mine = channel.lock()) {
                List<String> jars = jars(entries, directory);
                List<String> command = java(jars);
                if (!Files.exists(archive)) {
                    train(command, archive);
                }
                // what does not fit is ignored, and the JVM says nothing of it
                command.addAll(
                        1, List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable", "-Xlog:all=error:stderr"));
                return List.copyOf(command);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> java(List<String> entries) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", String.join(File.pathSeparator, entries)));
        return command;
    }

    /** What the archive depends on. */
    private static String state(List<String> entries) {
        return Runtime.version() + " "
                + entries.stream()
                        .flatMap(entry -> files(Path.of(entry)))
                        .map(file -> file + " " + file.toFile().length() + " "
                                + file.toFile().lastModified())
                        .collect(Collectors.joining("\n"));
    }

    private static Stream<Path> files(Path entry) {
        try (Stream<Path> all = Files.walk(entry)) {
            return all.filter(Files::isRegularFile).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The class path with jars in place of directories, because no class of a directory can be archived. */
    private static List<String> jars(List<String> entries, Path directory) throws IOException {
        List<String> jars = new ArrayList<>();
        for (String entry : entries) {
            Path jar = directory.resolve(jars.size() + ".jar");
            if (Files.isDirectory(Path.of(entry)) && !Files.exists(jar)) {
                pack(Path.of(entry), jar);
            }
            jars.add(Files.isDirectory(Path.of(entry)) ? jar.toString() : entry);
        }
        return jars;
    }

    private static void pack(Path directory, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (Path content : files(directory).toList()) {
                out.putNextEntry(
                        new ZipEntry(directory.relativize(content).toString().replace(File.separatorChar, '/')));
                Files.copy(content, out);
            }
        }
    }

    /** Runs what a server and its clients do, and archives the classes that this takes. */
    private static void train(List<String> java, Path archive) throws IOException {
        Path made = archive.resolveSibling("made.jsa");
        Path data = archive.resolveSibling("data");
        List<String> command = new ArrayList<>(java);
        command.add(1, "-XX:ArchiveClassesAtExit=" + made);
        command.addAll(
                List.of("dev.millrace.cli.Millrace", "demo", "--once", "--port", "0", "--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(archive.resolveSibling("training.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_") || name.startsWith("MILLRACE_"));
        Process process = builder.start();
        try {
            if (process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) && Files.exists(made)) {
                Files.move(made, archive);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
