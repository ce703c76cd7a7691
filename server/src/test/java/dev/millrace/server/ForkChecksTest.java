package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class ForkChecksTest {
    private RunningServer millrace;

    @BeforeAll
    void start() {
        millrace = new RunningServer();
    }

    @AfterAll
    void stop() throws Exception {
        millrace.close();
    }

    private Answer fork(String from, String body) {
        return millrace.post("/api/streams/__fork" + from, body);
    }

    private static String to(long at, String to) {
        return "{\"at\": " + at + ", \"to\": \"" + to + "\"}";
    }

    @Test
    void should_answer_where_the_fork_is_and_where_it_comes_from() {
        String source = freshStream();
        String target = freshStream();
        millrace.append(source, "{\"type\": \"one\", \"payload\": {\"n\": 1}}");
        millrace.append(source, "{\"type\": \"two\"}");

        Answer answer = fork(source, to(2, target));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().toString())
                .isEqualTo("{\"path\":\"" + target + "\",\"forkedFrom\":{\"path\":\"" + source + "\",\"offset\":2}}");
        List<JsonNode> copied = millrace.history(target).events();
        assertThat(copied).hasSize(2);
        assertThat(copied.get(0)
                        .path("payload")
                        .path("forkedFrom")
                        .path("offset")
                        .intValue())
                .isEqualTo(2);
        ObjectNode original = (ObjectNode) millrace.history(source).events().get(1);
        assertThat(copied.get(1)).isEqualTo(original.put("streamPath", target));
        assertThat(millrace.get(stateOf(target)).json().path("eventCount").intValue())
                .isEqualTo(2);
    }

    @Test
    void should_keep_metadata_and_children_as_the_log_has_them() {
        String source = freshStream();
        String target = freshStream();
        millrace.append(
                source,
                "{\"type\": \"https://events.iterate.com/events/stream/metadata-updated\","
                        + " \"payload\": {\"metadata\": {\"a\": 1}}}");
        millrace.append(source + "/child", "{\"type\": \"x\"}");

        fork(source, to(3, target));

        JsonNode state = millrace.get(stateOf(target)).json();
        assertThat(state.path("metadata").path("a").intValue()).isEqualTo(1);
        assertThat(state.path("childPaths")).isEmpty();
        assertThat(millrace.get(stateOf(source)).json().path("childPaths")).hasSize(1);
    }

    @Test
    void should_say_what_is_wrong_with_a_fork() {
        String source = freshStream();
        millrace.append(source, "{\"type\": \"one\"}");
        String target = freshStream();

        assertThat(fork(source, to(0, target)).status()).isEqualTo(400);
        assertThat(fork(source, to(3, target)).body()).contains("BAD_REQUEST", "the stream ends at 2");
        assertThat(fork(freshStream(), to(1, target)).status()).isEqualTo(400);
        assertThat(fork(source, to(2, "/Not A Path")).status()).isEqualTo(400);
        assertThat(fork(source, "{\"at\": 1.5, \"to\": \"" + target + "\"}").status())
                .isEqualTo(400);
        assertThat(fork(source, "{\"at\": 1}").body()).contains("to must be the path");
        assertThat(fork(source, "{\"to\": \"" + target + "\"}").body()).contains("at must be an offset");
        assertThat(fork(source, "[]").status()).isEqualTo(400);
        assertThat(fork(source, "{").status()).isEqualTo(400);
        assertThat(fork("/Upper", to(1, target)).status()).isEqualTo(400);
        Answer taken = fork(source, to(2, source));
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.json().path("code").textValue()).isEqualTo("CONFLICT");
        assertThat(millrace.get(stateOf(target) + "?create=false").status()).isEqualTo(404);
        assertThat(millrace.get("/api/streams/__fork" + source).status()).isEqualTo(405);
    }
}
