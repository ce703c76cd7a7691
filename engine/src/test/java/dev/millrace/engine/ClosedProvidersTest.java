package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ClosedProvidersTest {
    private record Provider(String name, Runnable onClose) implements ProcessorProvider, AutoCloseable {
        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            throw new IllegalArgumentException("never attached");
        }

        @Override
        public void close() {
            onClose.run();
        }
    }

    @Test
    void should_close_each_provider_once_when_the_engine_has_stopped() {
        List<String> closed = new CopyOnWriteArrayList<>();
        Provider broken = new Provider("broken", () -> {
            closed.add("broken");
            throw new IllegalStateException("it does not close");
        });
        StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(broken, new Provider("other", () -> closed.add("other"))))
                .start();
        assertThat(closed).isEmpty();

        engine.close();
        engine.close();

        assertThat(closed).containsExactly("broken", "other");
    }
}
