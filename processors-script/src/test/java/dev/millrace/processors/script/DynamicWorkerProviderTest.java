package dev.millrace.processors.script;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.KnownEvents;
import dev.millrace.engine.StreamEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DynamicWorkerProviderTest {
    private static final String CONFIGURED = EventCatalog.nameOf(WorkerEvent.Configured.class);

    private final DynamicWorkerProvider provider = new DynamicWorkerProvider();
    private final KnownEvents known = KnownEvents.of(List.of(provider));

    private List<String> problems(String payload) {
        return known.problems(CONFIGURED, JsonCodec.parse(payload.replace('\'', '"')));
    }

    @Test
    void should_be_found_by_name() {
        assertThat(ServiceLoader.load(ProcessorProvider.class))
                .anyMatch(found -> found.name().equals("dynamic-worker"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'slug':'a','modules':{'main.js':'x'}} | payload.modules: expected an entry named 'processor.ts' or 'processor.js', got [main.js]
            {'slug':'a','modules':{'processor.ts':1}} | payload.modules.processor.ts: expected a string, got 1
            {'slug':'a'} | payload: expected exactly one of 'script' and 'modules'
            {'slug':'a','script':'x','modules':{}} | payload: expected exactly one of 'script' and 'modules'
            {'slug':'a','script':'x','outboundGateway':{'x':1}} | payload.outboundGateway.x: unknown field
            {'slug':'a','script':'x','outboundGateway':{'entrypoint':1}} | payload.outboundGateway.entrypoint: expected a string, got 1
            {'slug':'a','script':'x','outboundGateway':{'props':1}} | payload.outboundGateway.props: expected an object, got 1
            {'slug':'a','script':'x','outboundGateway':{'props':{'secretHeaderName':'h'}}} | payload.outboundGateway.props: secretHeaderName and secretHeaderValue belong together; set both or neither
            {'slug':'a','script':'x','outboundGateway':{'props':{'secretHeaderName':'h','secretHeaderValue':1}}} | payload.outboundGateway.props.secretHeaderValue: expected a string, got 1
            """)
    void should_refuse_a_configuration_that_cannot_work(String payload, String problem) {
        assertThat(problems(payload)).containsExactly(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'slug':'a','script':'for (;;) {}'}",
                "{'slug':'a','script':'throw 1'}",
                "{'slug':'a','modules':{'processor.js':'x','b.js':'y'},'outboundGateway':{'entrypoint':'E','props':{}}}",
                "{'slug':'a','script':'x','outboundGateway':{'props':{'secretHeaderName':'h','secretHeaderValue':'v'}}}"
            })
    void should_run_no_script_to_validate_it(String payload) {
        assertThat(problems(payload)).isEmpty();
    }

    @Test
    void should_limit_the_source() {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("slug", "a");
        payload.put("script", " ".repeat(4 * 1024 * 1024 + 1));

        assertThat(known.problems(CONFIGURED, payload))
                .containsExactly("payload.script: expected at most 4194304 characters of source, got 4194305");
        assertThat(provider.events()).hasSize(4).allSatisfy(event -> {
            assertThat(event.isActivating()).isTrue();
            assertThat(event.operation()).isEqualTo(Operation.DEPLOY);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"script.max-workers", "script.heap-mib", "script.idle-ms"})
    void should_refuse_settings_that_are_not_numbers(String setting) {
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            HostContext context = HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                    .settings(Map.of(setting, "many"))
                    .build();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> provider.create(JsonNodeFactory.instance.objectNode(), context))
                    .withMessageContaining("setting " + setting + " must be a positive whole number, got 'many'");
        }
    }

    @Test
    void should_keep_invalid_configurations_as_invalid_events() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            server.append("/s", WorkerServer.CONFIGURED, "{\"slug\":\"a\"}");
            server.append("/s", WorkerServer.CONFIGURED, "{\"slug\":\"a\",\"script\":\"x\",\"modules\":{}}");
            server.append("/s", WorkerServer.CONFIGURED, "{\"slug\":\"a\",\"modules\":{\"x.js\":\"\"}}");

            List<Event> invalid = server.awaitEvents("/s", WorkerServer.TYPES + "invalid-event-appended", 3);

            assertThat(invalid.get(0).payloadJson().path("error").asText())
                    .contains("exactly one of 'script' and 'modules'");
            assertThat(invalid.get(1).payloadJson().path("error").asText())
                    .contains("exactly one of 'script' and 'modules'");
            assertThat(invalid.get(2).payloadJson().path("error").asText()).contains("processor.ts");
            assertThat(server.slice("/s").toString()).isEqualTo("{\"envVarsByKey\":{},\"workersBySlug\":{}}");
        }
    }

    @Test
    void should_fold_purely() {
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            HostContext context = HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                    .build();
            Processor<?> processor = provider.create(JsonNodeFactory.instance.objectNode(), context);
            List<Event> events = new ArrayList<>();
            for (String[] each : new String[][] {
                {WorkerServer.TYPES + "dynamic-worker/configured", "{'slug':'a','script':'1'}"},
                {"events.iterate.com/core/dynamic-worker/configured", "{'slug':'b','modules':{'processor.js':'2'}}"},
                {WorkerServer.TYPES + "dynamic-worker/configured", "{'slug':'a','script':'1'}"},
                {WorkerServer.TYPES + "dynamic-worker/env-var-set", "{'key':'K','value':'v'}"},
                {WorkerServer.TYPES + "dynamic-worker/configured", "{'slug':'a','script':'3'}"},
                {"said", "{}"},
                {"millrace/dynamic-worker-removed", "{'slug':'b'}"},
                {"millrace/dynamic-worker-removed", "{'slug':'c'}"},
            }) {
                events.add(JsonCodec.toEvent(JsonCodec.parse("{\"streamPath\":\"/s\",\"offset\":" + (events.size() + 1)
                        + ",\"type\":\"" + each[0] + "\",\"payload\":" + each[1].replace('\'', '"')
                        + ",\"createdAt\":\"2026-04-14T11:20:30.456Z\"}")));
            }

            assertThat(processor).isPureOver(events);
        }
    }

    @Test
    void should_run_outside_the_server() throws Exception {
        StreamPath path = StreamPath.of("/remote");
        try (StreamEngine engine =
                        StreamEngine.builder(new InMemoryEventStore()).start();
                WorkerServer server = WorkerServer.over(engine)) {
            ProgressStore progress = ProgressStore.inMemory();
            for (int run = 1; run <= 2; run++) {
                HostContext context = HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                        .progress(progress)
                        .build();
                Processor<?> processor = provider.create(JsonNodeFactory.instance.objectNode(), context);
                try (ProcessorRunner<?> runner = context.runner(processor).stream(path)
                        .effectsFrom(EffectStartPolicy.acknowledgedOrAfter(0))
                        .start()) {
                    runner.awaitCaughtUp(Duration.ofSeconds(30));
                    if (run == 1) {
                        server.configure(path.value(), "w", WorkerServer.PING_PONG);
                    }
                    server.say(path.value(), "ping");
                    server.awaitEvents(path.value(), "pong", run);
                    runner.stop(Duration.ofSeconds(1));
                }
            }
        }
    }
}
