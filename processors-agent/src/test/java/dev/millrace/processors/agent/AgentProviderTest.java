package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.model.ModelProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentProviderTest {
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @AfterEach
    void tidyUp() {
        Thread.currentThread().setContextClassLoader(before);
        engine.close();
    }

    @Test
    void should_say_that_there_is_no_provider_of_models() {
        assertProblem("no provider of models is named 'openai'");
    }

    @Test
    void should_say_that_a_provider_of_models_cannot_be_loaded(@TempDir Path directory) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(ModelProvider.class.getName()), "org.example.Missing\n");
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            assertProblem("org.example.Missing");
        }
    }

    private void assertProblem(String problem) {
        HostContext context =
                HostContext.over(engine.streams(ProjectSlug.defaultProject())).build();
        assertThatThrownBy(() -> new AgentProvider().create(JsonCodec.parse("{}"), context))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("processor 'agent' cannot start")
                .hasMessageContaining(problem);
    }
}
