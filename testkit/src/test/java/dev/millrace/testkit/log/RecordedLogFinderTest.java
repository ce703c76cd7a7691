package dev.millrace.testkit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedLogFinderTest {
    @TempDir
    Path directory;

    @Test
    void should_find_what_matches_in_directories() throws IOException {
        for (String name : List.of("logs/b.yaml", "logs/a.yaml", "logs/a.txt", "logs/deep/c.yaml", "other/d.yaml")) {
            Files.createDirectories(directory.resolve(name).resolveSibling(""));
            Files.writeString(directory.resolve(name), "type: a\n");
        }
        try (URLClassLoader loader = loader(directory.toUri().toURL())) {
            RecordedLogFinder files = new RecordedLogFinder(loader);

            assertThat(files.matching("logs/*.yaml")).containsExactly("logs/a.yaml", "logs/b.yaml");
            assertThat(files.matching("/logs/a.yaml")).containsExactly("logs/a.yaml");
            assertThat(files.matching("logs/**.yaml"))
                    .containsExactly("logs/a.yaml", "logs/b.yaml", "logs/deep/c.yaml");
            assertThat(files.matching("*/{c,d}.yaml")).containsExactly("other/d.yaml");
        }
    }

    @Test
    void should_find_what_matches_in_jars() throws IOException {
        Path jar = directory.resolve("logs.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (String name : List.of("logs/", "logs/b.yaml", "logs/a.yaml", "other.yaml")) {
                out.putNextEntry(new JarEntry(name));
                out.write(name.endsWith("/") ? new byte[0] : "type: a\n".getBytes(StandardCharsets.UTF_8));
            }
        }
        try (URLClassLoader loader = loader(jar.toUri().toURL())) {
            assertThat(new RecordedLogFinder(loader).matching("logs/*.yaml"))
                    .containsExactly("logs/a.yaml", "logs/b.yaml");
        }
    }

    @Test
    void should_fail_when_no_log_matches() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new RecordedLogFinder(RecordedLogFinderTest.class.getClassLoader()).matching("lost/*.yaml"))
                .withMessage(
                        "no log matches 'lost/*.yaml' on the test class path; put logs under src/test/resources, or"
                                + " correct the pattern");
    }

    private static URLClassLoader loader(URL url) {
        return new URLClassLoader(new URL[] {url}, null);
    }
}
