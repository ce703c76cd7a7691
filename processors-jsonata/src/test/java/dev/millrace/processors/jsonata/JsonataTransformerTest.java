package dev.millrace.processors.jsonata;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static dev.millrace.testkit.MillraceAssertions.assertThatThrownBy;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.KnownEvents;
import dev.millrace.engine.StreamEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The processor without a host, and its provider. */
@Tag("jdk")
class JsonataTransformerTest {
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final TransformerLog log = new TransformerLog(engine.streams(ProjectSlug.defaultProject()));

    @AfterEach
    void stop() {
        engine.stop(Duration.ofSeconds(1));
    }

    @Test
    void should_derive_events_wherever_a_runner_runs_it() {
        try (var runner = ProcessorRunner.builder(log.streams(), new JsonataTransformer()).stream(log.path())
                .start()) {
            // given
            runner.awaitCaughtUp(TransformerLog.BOUND);
            log.configure("a", "type = 'source'", "{'type': 'derived', 'payload': {'n': payload.n}}");

            // when
            Event source = log.append("source", "{\"n\":9007199254740993}");

            // then
            assertThat(log.awaitOne("derived"))
                    .hasPayloadJson("{\"n\":9007199254740993}")
                    .wasCausedBy("jsonata-transformer", source.offset());
        }
    }

    @Test
    void should_record_an_expression_that_does_not_compile_without_a_host() {
        try (var runner = ProcessorRunner.builder(log.streams(), new JsonataTransformer()).stream(log.path())
                .start()) {
            // given
            runner.awaitCaughtUp(TransformerLog.BOUND);

            // when
            log.configure("bad", "type = ", "{}");

            // then
            Event error = log.awaitOne(BuiltInType.ERROR_OCCURRED.type());
            assertThat(error.payloadJson().path("message").textValue()).contains("cannot compile JSONata");
        }
    }

    @Test
    void should_derive_nothing_from_history() {
        // given
        log.configure("a", "type = 'source'", "{'type': 'derived'}");
        log.append("source", "{}");

        // when
        try (var runner = ProcessorRunner.builder(log.streams(), new JsonataTransformer()).stream(log.path())
                .start()) {
            runner.awaitCaughtUp(TransformerLog.BOUND);
            runner.awaitIdle(TransformerLog.BOUND);
        }

        // then
        assertThat(log.events("derived")).isEmpty();
    }

    @Test
    void should_have_a_new_version_when_its_reducer_changes() {
        assertThat(new JsonataTransformer()).hasAcceptedFingerprint();
    }

    @Test
    void should_fold_purely() {
        log.configure("b", "true", "{'type': 'x'}");
        log.configure("a", "type = 'source'", "{'type': 'derived'}");
        log.append(EventCatalog.nameOf(TransformerEvent.Removed.class), "{\"slug\":\"b\"}");
        log.configure("b", "false", "{'type': 'x'}");
        log.append(EventInput.builder()
                .type("events.iterate.com/core/jsonata-transformer-configured")
                .payload(JsonCodec.parse("{\"slug\":\"a\",\"matcher\":\"1\",\"transform\":\"2\"}"))
                .build());

        assertThat(new JsonataTransformer()).isPureOver(log.events());
    }

    @Test
    void should_be_found_as_a_provider_and_refuse_an_invalid_configuration() {
        // given
        HostContext odd = HostContext.over(log.streams())
                .settings(Map.of("jsonata-transformer.most-derivations", "many"))
                .build();
        JsonataTransformerProvider provider = new JsonataTransformerProvider();

        // then
        assertThat(ServiceLoader.load(dev.millrace.core.hosting.ProcessorProvider.class))
                .anyMatch(found -> found.name().equals("jsonata-transformer"));
        assertThatThrownBy(() -> provider.create(JsonCodec.parse("{\"a\":1}"), odd))
                .hasMessageContaining("must be empty");
        assertThatThrownBy(() -> provider.create(JsonCodec.parse("{}"), odd)).hasMessageContaining("'many'");
        assertThatThrownBy(() -> new JsonataTransformer(0)).hasMessageContaining("must be positive");
        assertThat(KnownEvents.of(List.of(provider))
                        .problems(
                                EventCatalog.nameOf(TransformerEvent.Configured.class),
                                TransformerLog.configuration("s".repeat(201), "1", "2")
                                        .payload()))
                .singleElement()
                .asString()
                .contains("payload.slug");
    }

    @Test
    void should_load_a_snapshot_from_before_the_slices() {
        String before = "{\"transformersBySlug\":{\"t\":{\"matcher\":\"a\",\"transform\":\"b\",\"mayControl\":true}}}";

        TransformerState state = JsonCodec.fromTree(JsonCodec.parse(before), TransformerState.class);

        assertThat(JsonCodec.writeText(state)).isEqualTo(before);
        assertThat(new JsonataTransformerProvider().stateSlice(JsonCodec.toTree(state)))
                .hasToString("{\"transformersBySlug\":{\"t\":{\"matcher\":\"a\",\"transform\":\"b\"}},"
                        + "\"millrace\":{\"transformersBySlug\":{\"t\":{\"mayControl\":true}}}}");
    }
}
