package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ProviderDialect;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code millrace model probe}, with servers that have both wires, one or none. */
@Timeout(60)
class ModelProbeCommandTest {
    private static final ModelReply YES = ModelReply.text("yes");
    private static final String KEY = "sk-probe-0123456789";

    private final Screen screen = Screen.pipe(Map.of("OPENAI_API_KEY", KEY));

    private int probe(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "model";
        all[1] = "probe";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return screen.run(all);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "OPEN_RESPONSES"})
    void should_say_that_both_wires_work(ProviderDialect dialect) {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(YES), dialect)) {
            assertThat(probe(server.baseUrl())).isZero();

            assertThat(screen.out().lines()).containsExactly("responses  works", "chat       works");
            assertThat(screen.err())
                    .contains("asking scripted at " + server.baseUrl() + " on the wire responses")
                    .contains("on the wire chat");
            assertThat(server.requests())
                    .hasSize(2)
                    .allSatisfy(
                            request -> assertThat(request.headers()).containsEntry("authorization", "Bearer " + KEY))
                    .allSatisfy(request ->
                            assertThat(request.body().fieldNames()).toIterable().contains("tools", "temperature"));
        }
    }

    @Test
    void should_name_what_is_refused() {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(YES))) {
            server.refusing("temperature")
                    .refusing("reasoning")
                    .refusing("max_tokens")
                    .refusing("tools.strict");

            assertThat(probe(server.baseUrl(), "--model", "mine")).isZero();

            assertThat(screen.out().lines())
                    .containsExactly(
                            "responses  works; refuses temperature, reasoning, strict",
                            "chat       works; refuses temperature, max_tokens");
            assertThat(server.requests())
                    .extracting(request -> request.body().path("model").asText())
                    .containsOnly("mine");
        }
    }

    @Test
    void should_learn_of_a_strict_template() {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(YES), ProviderDialect.LLAMA_CPP)) {
            assertThat(probe(server.baseUrl())).isZero();

            assertThat(screen.out().lines()).allMatch(line -> line.contains("works; refuses developer-messages"));
        }
    }

    @Test
    void should_try_each_setting_if_a_refusal_names_no_parameter() throws IOException {
        try (CannedServer server = new CannedServer(Map.of(
                CannedServer.CHAT,
                body -> body.contains("\"tools\"")
                        ? "{\"error\":{\"message\":\"mini:2b cannot do that\"}}"
                        : CannedServer.YES))) {
            assertThat(probe(server.url() + "/v1", "--model", "mini:2b")).isZero();

            assertThat(screen.out().lines().toList().get(1)).isEqualTo("chat       works; refuses tools");
        }
    }

    @Test
    void should_say_which_wire_is_missing() throws IOException {
        try (CannedServer server = new CannedServer(Map.of(CannedServer.CHAT, body -> CannedServer.YES))) {
            assertThat(probe(server.url() + "/v1/")).isZero();

            List<String> lines = screen.out().lines().toList();
            assertThat(lines).hasSize(2);
            assertThat(lines.get(0))
                    .startsWith("responses  does not work: " + server.url() + "/v1/responses answered 404: <html>");
            assertThat(lines.get(1)).isEqualTo("chat       works");
            assertThat(screen.err())
                    .contains("there is no list of models: " + server.url() + "/v1/models answered 404: <html>")
                    .contains("asking gpt-5-mini at");
        }
    }

    @Test
    void should_say_what_to_try_if_it_is_no_server_of_models() throws IOException {
        try (CannedServer server = new CannedServer(
                Map.of("/api/responses", body -> "<html>Welcome</html>", "/api/models", body -> "<b>"))) {
            assertThat(probe(server.url() + "/api")).isEqualTo(1);

            assertThat(screen.out().lines().toList())
                    .hasSize(2)
                    .allMatch(line -> line.contains("does not work: " + server.url() + "/api/"));
            assertThat(screen.err().lines().toList())
                    .last()
                    .asString()
                    .startsWith("millrace: no wire of " + server.url() + "/api works with the model gpt-5-mini; ")
                    .contains("the address does not end in /v1: try " + server.url() + "/api/v1");
        }
    }

    @Test
    void should_end_in_time_if_the_server_is_silent() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + silent.getLocalPort() + "/v1";

            assertThat(probe(url, "--timeout", "1", "--model", "m")).isEqualTo(1);

            assertThat(screen.out().lines())
                    .containsExactly(
                            "responses  does not work: no answer within 1 s",
                            "chat       does not work: no answer within 1 s");
            assertThat(screen.err()).contains("give it more time with --timeout");
        }
    }

    @Test
    void should_say_that_the_key_is_wrong_without_showing_it() {
        ModelReply no = ModelReply.failure(401, "invalid_request_error", "invalid_api_key", "Wrong key: " + KEY);
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.of(no))) {
            assertThat(probe(server.baseUrl())).isEqualTo(1);

            assertThat(server.requests()).hasSize(2);
            assertThat(screen.out()).contains("does not work: Wrong key: [redacted]");
            assertThat(screen.err()).contains("set OPENAI_API_KEY").doesNotContain(KEY);
        }
    }

    @Test
    void should_append_what_it_found_out() {
        try (ScriptedModelServer server =
                        ScriptedModelServer.start(ModelScript.empty().when(ModelRequest::isChat, YES));
                LocalService service = LocalService.start(
                        DataDirectoryOptions.Opened.only(new InMemoryEventStore()),
                        Map.of(),
                        LocalService.Listening.locally(0, false))) {
            server.refusing("temperature");

            assertThat(probe(
                            server.baseUrl(),
                            "--to",
                            "/models",
                            "--url",
                            service.uri().toString()))
                    .isZero();

            List<Event> events =
                    service.streams().blocking(Duration.ofSeconds(30)).read("/models", ReadRange.all());
            Event probed = events.get(events.size() - 1);
            assertThat(probed.type()).isEqualTo("model-probed");
            assertThat(probed.payloadJson().path("url").asText()).isEqualTo(server.baseUrl());
            assertThat(probed.payloadJson().path("model").asText()).isEqualTo("scripted");
            assertThat(probed.payloadJson().at("/wires/0/works").asBoolean()).isFalse();
            assertThat(probed.payloadJson().at("/wires/0/message").asText()).contains("No rule of the script");
            assertThat(probed.payloadJson().at("/wires/1"))
                    .isEqualTo(JsonCodec.parse(
                            "{\"wire\":\"chat\",\"works\":true,\"refused\":[\"temperature\"],\"message\":\"\"}"));
            assertThat(screen.err()).contains("appended model-probed to /models at offset " + probed.offset());
        }
    }

    @Test
    void should_refuse_wrong_arguments_without_repeating_a_password() {
        assertThat(probe("http://ann:secret@127.0.0.1/v1")).isEqualTo(2);
        assertThat(probe("nowhere", "--timeout", "0")).isEqualTo(2);
        assertThat(probe("http://127.0.0.1/v1", "--to", "Models")).isEqualTo(2);

        assertThat(screen.err())
                .contains("URL must be an http or https URL", "--timeout must be 1 or more", "path is not valid")
                .doesNotContain("secret");
        assertThat(screen.out()).isEmpty();
    }
}
