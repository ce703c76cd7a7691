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
class EngineFaultyReadsTest extends FaultyReadsContract {
    private StreamEngine engine;

    @BeforeAll
    void start() {
        engine = StreamEngine.builder(faults().around(new InMemoryEventStore()))
                .timers(new AcceleratedTimers())
                .start();
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Override
    protected EventStreams streams() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    @Override
    protected EventStreams engine() {
        return streams();
    }
}
