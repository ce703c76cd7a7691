package dev.millrace.contracts;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

@Tag("jdk")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamEngineInMemoryTest extends EventStreamsContract {
    private StreamEngine engine;

    @BeforeAll
    void start() {
        engine = StreamEngine.builder(new InMemoryEventStore()).start();
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Override
    protected EventStreams streams(ProjectSlug project) {
        return engine.streams(project);
    }
}
