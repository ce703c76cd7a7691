package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.internal.service.ProcessorClasspath;
import dev.millrace.core.hosting.ProcessorProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processors that a server finds in directories outside its own class path. */
@SuppressWarnings("NullAway.Init") // set before each test
class ServeClasspathTest {
    private static final String PROVIDER = """
            package org.example;

            import com.fasterxml.jackson.databind.JsonNode;
            import dev.millrace.core.EventName;
            import dev.millrace.core.hosting.*;
            import dev.millrace.core.processor.Processor;
            import java.util.List;

            public final class NotesProvider implements ProcessorProvider {
                @EventName("note-kept")
                record NoteKept(String text) {}

                public String name() {
                    return "notes";
                }

                public List<ProvidedEvent<?>> events() {
                    return List.of(ProvidedEvent.of(NoteKept.class).withOperation(Operation.%s));
                }

                public Processor<?> create(JsonNode config, HostContext context) {
                    throw new IllegalArgumentException("never attached");
                }
            }
            """;

    @TempDir
    Path directory;

    private Path classes;
    private final Screen screen = Screen.pipe();

    @BeforeEach
    void setUp() throws IOException {
        classes = Files.createDirectory(directory.resolve("classes"));
    }

    private void compile(String operation) throws IOException {
        Path source = Files.writeString(directory.resolve("NotesProvider.java"), PROVIDER.formatted(operation));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        source.toString());
        assertThat(result).isZero();
    }

    private void name(String provider) throws IOException {
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve(ProcessorProvider.class.getName()), provider + "\n");
    }

    private void assertRefused(String place, String message) {
        assertThat(screen.run("serve", "--in-memory", "--port", "0", "--classpath", place))
                .isEqualTo(1);
        assertThat(screen.err())
                .startsWith("millrace: --classpath: ")
                .contains(message)
                .hasLineCount(1);
    }

    @Test
    void should_add_the_processors_of_a_directory_to_its_own() throws Exception {
        compile("CONTROL");
        name("org.example.NotesProvider");

        try (ProcessorClasspath source = ProcessorClasspath.open(List.of(classes.toString()), Map.of())) {
            assertThat(source.hosted()).extracting(ProcessorProvider::name).contains("notes", "scheduler");
        }
        try (ProcessorClasspath source = ProcessorClasspath.open(List.of(), Map.of())) {
            assertThat(source.hosted())
                    .extracting(ProcessorProvider::name)
                    .contains("scheduler")
                    .doesNotContain("notes");
        }
    }

    @Test
    void should_say_that_there_is_no_such_directory() {
        assertRefused(
                directory.resolve("nowhere").toString(),
                directory.resolve("nowhere") + " does not exist; build it, or correct the path");
    }

    @Test
    void should_say_that_there_is_no_provider_in_it() throws Exception {
        compile("CONTROL");

        assertRefused(
                classes.toString(),
                "no processor was found in " + classes + "/; a directory or jar names its providers in"
                        + " META-INF/services/dev.millrace.core.hosting.ProcessorProvider");
    }

    @Test
    void should_say_that_a_provider_cannot_be_loaded() throws Exception {
        name("org.example.Missing");

        assertRefused(classes.toString(), "Provider org.example.Missing not found");
    }

    @Test
    void should_say_that_a_provider_is_broken() throws Exception {
        compile("READ");
        name("org.example.NotesProvider");

        assertRefused(
                classes.toString(),
                "org.example.NotesProvider failed: java.lang.IllegalArgumentException: event type 'note-kept'");
    }
}
