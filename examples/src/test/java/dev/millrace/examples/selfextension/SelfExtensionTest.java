package dev.millrace.examples.selfextension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.script.WorkerEvent;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class SelfExtensionTest {
    @Test
    void should_gain_the_behaviour_that_the_model_wrote() throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.assistant())) {
            List<Event> log = SelfExtension.teach(model.baseUrl(), event -> {});

            Event script = log.stream()
                    .filter(event -> event.type().equals(EventCatalog.nameOf(WorkerEvent.Configured.class)))
                    .reduce((before, last) -> last)
                    .orElseThrow();
            Event written = first(log, "llm-item-completed");
            assertThat(script.provenance().orElseThrow().sourceOffset()).isEqualTo(written.offset());
            List<Event> counted = log.stream()
                    .filter(event -> event.type().equals("words-counted"))
                    .toList();
            assertThat(counted).hasSize(1);
            Event said = log.stream()
                    .filter(event -> event.type().equals("agent-input-added"))
                    .reduce((before, last) -> last)
                    .orElseThrow();
            assertThat(counted.get(0).payloadJson())
                    .isEqualTo(JsonCodec.parse("{\"words\": 3, \"of\": " + said.offset() + "}"));
            assertThat(script.offset()).isLessThan(said.offset());
        }
    }

    private static Event first(List<Event> log, String type) {
        return log.stream()
                .filter(event -> event.type().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
