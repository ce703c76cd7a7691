package dev.millrace.processors.jsonata;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.jsonata.EvaluationThreads;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The rules of one project do not wait for the endless ones of another. */
class FairTransformersTest {
    @Test
    void should_apply_a_rule_while_another_project_has_more_endless_ones_than_threads() {
        CountDownLatch gate = new CountDownLatch(1);
        ProjectSlug busy = ProjectSlug.of("busy");
        for (int i = 0; i < 30 + Runtime.getRuntime().availableProcessors(); i++) {
            EvaluationThreads.of(busy, StreamPath.of("/" + i)).execute(() -> {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try (StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new JsonataTransformerProvider()))
                .start()) {
            TransformerLog log = new TransformerLog(engine.streams(ProjectSlug.of("calm")));
            log.configure("rule", "type = 'source'", "{'type': 'derived'}");

            log.append("source", "{}");

            log.awaitOne("derived");
        } finally {
            gate.countDown();
        }
    }
}
