package dev.millrace.processors.script;

import static dev.millrace.processors.script.WorkerServer.PING_PONG;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts that cannot run: refused at the append if they do not compile, otherwise reported once. */
class UnloadableScriptTest {
    private static final String PATH = "/agents/1";
    private static final String INVALID = WorkerServer.TYPES + "invalid-event-appended";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "export default { afterAppend( { } };         | line 1: SyntaxError",
                "export default {~ afterAppend() {~ x = ;~}}  | line 3: SyntaxError",
                "export default {};~~let x = @;               | line 3: SyntaxError",
                "const a = 1;~~const a = 2;~export default {} | line 3: SyntaxError",
                "export default {};~~export const { a } = b;  | cannot read the export in line 3",
                "export default {~~                           | line 1: SyntaxError",
            })
    void should_refuse_a_script_that_does_not_compile_and_name_the_line(String source, String problem)
            throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            Event stored = server.configure(PATH, "w", source.replace('~', '\n'));

            assertThat(stored.type()).isEqualTo(INVALID);
            assertThat(stored.payloadJson().path("error").asText()).startsWith("payload.script: " + problem);
        }
    }

    @Test
    void should_name_each_module_that_does_not_compile() throws Exception {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("slug", "w");
        payload.putObject("modules")
                .put("processor.js", "import { a } from './a.js';\nexport default { ; };")
                .put("a.js", "export const a = 1;")
                .put("b.js", "export const b = ;");
        try (WorkerServer server = WorkerServer.start()) {
            Event stored = server.append(PATH, WorkerServer.CONFIGURED, payload.toString());

            assertThat(stored.payloadJson().path("error").asText().lines())
                    .satisfiesExactly(
                            one -> assertThat(one).startsWith("payload.modules.processor.js: line 2: SyntaxError"),
                            two -> assertThat(two).startsWith("payload.modules.b.js: line 1: SyntaxError"));
        }
    }

    @Test
    void should_not_run_a_script_that_it_compiles() throws Exception {
        Map<String, String> settings = Map.of("script.effect-cpu-ms", "200");
        try (WorkerServer server = WorkerServer.start(new InMemoryEventStore(), settings, Map.of())) {
            Event stored = server.configure(PATH, "w", "}); for (;;) {} ({");

            assertThat(stored.type()).isEqualTo(WorkerServer.CONFIGURED);
            assertThat(server.awaitFailure(PATH, stored.offset())).contains("used more than its CPU limit");
        }
    }

    @Test
    void should_say_once_why_a_script_does_not_load() throws Exception {
        try (WorkerServer server = durable()) {
            Event bad = server.configure(PATH, "bad", "export default {}; missing(process.env.KEY);");
            server.awaitFailure(PATH, bad.offset());
            server.configure(PATH, "good", PING_PONG);
            server.awaitPong(PATH, "pong");
            server.setEnv(PATH, "KEY", "1");
            server.awaitPong(PATH, "pong");
        }
        for (int restart = 0; restart < 2; restart++) {
            try (WorkerServer server = durable()) {
                server.awaitPong(PATH, "pong");
            }
        }
        try (WorkerServer server = durable()) {
            server.awaitPong(PATH, "pong");
            assertThat(server.ofType(PATH, WorkerServer.FAILED))
                    .singleElement()
                    .satisfies(failed -> assertThat(
                                    failed.payloadJson().path("message").asText())
                            .contains("worker 'bad'", "ReferenceError: missing is not defined"));

            Event again = server.configure(PATH, "bad", "export default {}; other();");
            assertThat(server.awaitFailure(PATH, again.offset())).contains("other is not defined");
        }
    }

    private WorkerServer durable() {
        return WorkerServer.start(SqliteEventStore.open(directory), Map.of(), Map.of());
    }
}
