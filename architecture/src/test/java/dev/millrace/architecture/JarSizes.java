package dev.millrace.architecture;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The sizes of jars on the class path of this test. */
final class JarSizes {
    private static final String OWN = "dev.millrace:millrace-";
    private static final List<Path> CLASS_PATH = Stream.of(
                    System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(Path::of)
            .toList();

    private JarSizes() {}

    /** The bytes of the jars of these artifacts, {@code group:artifact}. */
    static long bytesOf(Set<String> artifacts) {
        return artifacts.stream().mapToLong(JarSizes::bytesOf).sum();
    }

    private static long bytesOf(String artifact) {
        String name = artifact.substring(artifact.indexOf(':') + 1);
        Path classes = Path.of(artifact.replace(OWN, ""), "target", "classes");
        Path found = CLASS_PATH.stream()
                .filter(path -> path.endsWith(classes)
                        || path.getFileName().toString().matches(Pattern.quote(name) + "-\\d[^/]*\\.jar"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(artifact + " is not on the class path " + CLASS_PATH));
        try {
            return Files.isDirectory(found) ? packed(found) : Files.size(found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes that a directory has as a jar. */
    private static long packed(Path directory) throws IOException {
        AtomicLong bytes = new AtomicLong();
        OutputStream counter = new OutputStream() {
            @Override
            public void write(int one) {
                bytes.incrementAndGet();
            }

            @Override
            public void write(byte[] all, int from, int count) {
                bytes.addAndGet(count);
            }
        };
        try (ZipOutputStream zip = new ZipOutputStream(counter);
                Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(directory.relativize(file).toString()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
        return bytes.get();
    }
}
