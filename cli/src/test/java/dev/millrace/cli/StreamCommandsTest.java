package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.processors.script.WorkerEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about streams as a whole: state, list, fork, destroy, deploy. */
@SuppressWarnings("NullAway.Init") // set before each test
class StreamCommandsTest {
    private LocalService service;
    private final Screen screen = Screen.pipe();

    @TempDir
    Path directory;

    @BeforeEach
    void serve() {
        service = LocalService.start(
                DataDirectoryOptions.Opened.only(new InMemoryEventStore()),
                Map.of(),
                LocalService.Listening.locally(0, false));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private int run(String... args) {
        return screen.run(
                Stream.concat(Stream.of(args), Stream.of("--url", service.uri().toString()))
                        .toArray(String[]::new));
    }

    private void append(String path, String type) {
        service.streams()
                .append(StreamPath.of(path), EventInput.ofType(type))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private List<Event> log(String path) {
        return service.streams()
                .read(StreamPath.of(path), ReadRange.all())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void should_print_the_state_of_a_stream_or_of_one_processor() {
        append("/a", "x");
        append("/a/b", "x");

        assertThat(run("state", "/a")).isZero();

        JsonNode state = JsonCodec.parse(screen.out());
        assertThat(state.path("path").textValue()).isEqualTo("/a");
        assertThat(state.path("eventCount").intValue()).isEqualTo(3);
        assertThat(state.path("childPaths").get(0).textValue()).isEqualTo("/a/b");
        assertThat(state.path("processors").has("circuit-breaker")).isTrue();

        Screen part = Screen.pipe();
        assertThat(part.run(
                        "state",
                        "/a",
                        "--processor",
                        "circuit-breaker",
                        "--url",
                        service.uri().toString()))
                .isZero();
        assertThat(JsonCodec.parse(part.out()))
                .isEqualTo(state.path("processors").path("circuit-breaker"));
        assertThat(run("state", "/a", "--processor", "no-such")).isEqualTo(2);
        assertThat(screen.err()).contains("there is no processor 'no-such' on /a; it has [");
    }

    @Test
    void should_list_streams() {
        append("/a/b", "x");

        assertThat(run("list", "/a")).isZero();
        assertThat(run("list", "/a", "--format", "ndjson")).isZero();

        assertThat(screen.out().lines())
                .hasSize(4)
                .allMatch(line -> line.contains("/a"))
                .anyMatch(line -> line.matches("\\d{4}-\\S+Z  /a/b"))
                .anyMatch(line -> line.startsWith("{\"path\":\"/a/b\",\"createdAt\":\""));
        assertThat(run("list", "/never")).isZero();
        assertThat(screen.err()).contains("there is no stream /never");
    }

    @Test
    void should_fork_a_stream() {
        append("/a", "x");
        append("/a", "y");

        assertThat(run("fork", "/a", "--at", "2", "--to", "/b")).isZero();
        assertThat(screen.out()).isEqualToIgnoringNewLines("/b is a copy of /a up to offset 2");
        assertThat(log("/b")).extracting(Event::type).endsWith("x").hasSize(2);

        assertThat(run("fork", "/a", "--at", "2", "--to", "/b")).isEqualTo(1);
        assertThat(screen.err())
                .startsWith("millrace: fork failed: /a")
                .contains("/b exists already")
                .hasLineCount(1);
        assertThat(run("fork", "/a", "--to", "/c")).isEqualTo(2);
    }

    @Test
    void should_destroy_a_stream_and_say_what_is_gone() {
        append("/a/b", "x");

        assertThat(run("destroy", "/a", "--children")).isZero();

        assertThat(screen.out().lines()).containsExactlyInAnyOrder("/a  2 events", "/a/b  2 events");
        assertThat(run("destroy", "/a")).isZero();
        assertThat(screen.err()).contains("there is no stream /a");
    }

    @Test
    void should_deploy_a_script_with_its_variables_and_begin() throws IOException {
        Path script = Files.writeString(directory.resolve("Ping.v2.js"), "export default {};\n");

        assertThat(run(
                        "deploy",
                        "--file",
                        script.toString(),
                        "/p",
                        "--env",
                        "A=1",
                        "--env",
                        "B=x=y",
                        "--event-json",
                        "{\"type\": \"ping\", \"payload\": {\"n\": 1}}"))
                .isZero();

        assertThat(screen.out().lines())
                .containsExactly("deployed 'ping.v2' to /p at offset 4, with A, B", "appended 'ping' at offset 5");
        List<Event> log = log("/p");
        assertThat(log.subList(1, 3))
                .allMatch(event -> EventType.of(WorkerEvent.EnvVarSet.class).matches(event.type()));
        assertThat(log.get(2).payloadJson().toString()).isEqualTo("{\"key\":\"B\",\"value\":\"x=y\"}");
        assertThat(log.get(3).payloadJson().toString())
                .isEqualTo("{\"slug\":\"ping.v2\",\"script\":\"export default {};\\n\"}");
        assertThat(log.get(4).type()).isEqualTo("ping");
    }

    @Test
    void should_deploy_a_bundle_larger_than_other_events() throws IOException {
        String bundle = "// " + "x".repeat(2 << 20) + "\nexport default {};\n";
        Path script = Files.writeString(directory.resolve("bundle.js"), bundle);

        assertThat(run("deploy", "--file", script.toString(), "/p", "--env", "A=1"))
                .isZero();

        assertThat(screen.out().lines()).containsExactly("deployed 'bundle' to /p at offset 3, with A");
        assertThat(log("/p").get(2).payloadJson().path("script").asText()).isEqualTo(bundle);
    }

    @Test
    void should_deploy_a_script_that_may_control() throws IOException {
        Path script = Files.writeString(directory.resolve("stop.js"), "export default {};\n");

        assertThat(run("deploy", "--file", script.toString(), "/p", "--may-control"))
                .isZero();

        assertThat(log("/p").get(1).payloadJson().path("mayControl").asBoolean())
                .isTrue();
    }

    @Test
    void should_deploy_nothing_that_does_not_compile() throws IOException {
        Path script = Files.writeString(directory.resolve("ping.js"), "export default {\n  a: 1,\n  b: @,\n};\n");

        assertThat(run("deploy", "--file", script.toString(), "/p", "--env", "A=1"))
                .isEqualTo(1);

        assertThat(screen.out()).isEmpty();
        assertThat(screen.err())
                .startsWith("millrace: not deployed: " + script + ":3: SyntaxError: ")
                .endsWith("; nothing was sent to the service; correct it and run deploy again\n");
        assertThat(log("/p")).hasSize(1);
    }

    @Test
    void should_say_what_cannot_be_deployed() throws IOException {
        assertThat(run("deploy", "--file", directory.resolve("none.js").toString(), "/p"))
                .isEqualTo(1);
        assertThat(screen.err()).startsWith("millrace: there is no file ");
        assertThat(run("deploy", "/p")).isEqualTo(2);

        Path script = Files.writeString(directory.resolve("p.js"), "x");
        Screen wrong = Screen.pipe();
        assertThat(wrong.run(
                        "deploy",
                        "--file",
                        script.toString(),
                        "/p",
                        "--event-json",
                        "{",
                        "--url",
                        service.uri().toString()))
                .isEqualTo(2);
        assertThat(log("/p")).hasSize(1);
    }
}
