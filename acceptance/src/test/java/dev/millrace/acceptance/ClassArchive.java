package dev.millrace.acceptance;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Starts Java processes for these tests, with the class path of the tests and an archive of the classes that a server
 * loads. The first test that starts a process creates the archive, which takes the time of a few starts. Each process
 * then starts a third faster; without an archive it starts more slowly.
 */
final class ClassArchive {
    private static final Path DIRECTORY = Path.of("target", "class-archive").toAbsolutePath();
    private static final Path ARCHIVE = DIRECTORY.resolve("classes.jsa");
    private static final List<String> COMMAND = command();

    private ClassArchive() {}

    /** The java command with options and class path; the caller adds main class and arguments. */
    static List<String> java(String... options) {
        List<String> command = new ArrayList<>(COMMAND);
        command.addAll(1, List.of(options));
        return command;
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        try {
            Files.createDirectories(DIRECTORY);
            Files.deleteIfExists(ARCHIVE);
            command.addAll(List.of("-cp", String.join(File.pathSeparator, jars())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            train(command);
            // the JVM ignores an unusable archive; its warning must not get into the output under test
            command.addAll(
                    1,
                    List.of(
                            "-XX:SharedArchiveFile=" + ARCHIVE,
                            "-Xlog:disable",
                            "-Xlog:all=error:stderr",
                            "-Xlog:cds*=off:stderr"));
        } catch (Exception | AssertionError e) {
            System.getLogger("dev.millrace.acceptance")
                    .log(System.Logger.Level.WARNING, "no archive of classes; the processes start more slowly", e);
        }
        return List.copyOf(command);
    }

    /** The class path with jars instead of directories, whose classes cannot be archived. */
    private static List<String> jars() throws IOException {
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (Files.isDirectory(Path.of(entry))) {
                Path jar = DIRECTORY.resolve(jars.size() + ".jar");
                pack(Path.of(entry), jar);
                jars.add(jar.toString());
            } else {
                jars.add(entry);
            }
        }
        return jars;
    }

    private static void pack(Path directory, Path jar) throws IOException {
        try (Stream<Path> all = Files.walk(directory);
                OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (Path content : all.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new ZipEntry(directory.relativize(content).toString().replace(File.separatorChar, '/')));
                Files.copy(content, out);
            }
        }
    }

    /** Runs a server for a short time; when it ends, the JVM archives the classes that it loaded. */
    private static void train(List<String> java) throws Exception {
        List<String> command = new ArrayList<>(java);
        command.add(1, "-XX:ArchiveClassesAtExit=" + ARCHIVE);
        Path data = Files.createTempDirectory(DIRECTORY, "data");
        try (PackagedServer server = PackagedServer.start(command, Optional.of(data))) {
            ArchiveTraining.run(server);
            server.stop();
        }
    }
}
