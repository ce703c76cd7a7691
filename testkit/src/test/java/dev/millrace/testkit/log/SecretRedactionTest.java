package dev.millrace.testkit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRedactionTest {
    private final SecretRedaction redaction = SecretRedaction.standard();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authorization",
                "Proxy-Authorization",
                "api_key",
                "apiKey",
                "X-Api-Key",
                "OPENAI_API_KEY",
                "token",
                "access_token",
                "password",
                "db.password",
                "secret",
                "clientSecret",
                "Set-Cookie",
                "aws_secret_access_key"
            })
    void should_replace_what_a_field_of_a_secret_name_holds(String name) {
        JsonNode payload = payload("{\"deep\": [{\"" + name + "\": \"x\", \"other\": \"y\"}]}");

        assertThat(payload.path("deep").path(0).path(name).asText()).isEqualTo("[redacted]");
        assertThat(payload.path("deep").path(0).path("other").asText()).isEqualTo("y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens", "max_tokens", "tokenCount", "secretary", "key", "keys", "author", "passwordless"})
    void should_leave_fields_of_other_names(String name) {
        assertThat(payload("{\"" + name + "\": \"x\"}").path(name).asText()).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-proj-abc123DEF456",
                "Bearer abcdefgh",
                "bearer   a.b-c_d~e+f/g=",
                "mrt_0123456789abcdef",
                "ghp_0123456789abcdef0123",
                "xoxb-123456789-abc",
                "AKIAABCDEFGHIJKLMNOP",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"
            })
    void should_replace_what_looks_like_a_secret_within_any_text(String secret) {
        JsonNode payload = payload(JsonCodec.writeText(Map.of("text", "say '" + secret + "' twice")));

        assertThat(payload.path("text").asText()).isEqualTo("say '[redacted]' twice");
    }

    @Test
    void should_replace_the_password_in_a_url() {
        assertThat(payload("{\"url\": \"see postgres://ann:s3cret@db/a and http://host:80/a@b\"}")
                        .path("url")
                        .asText())
                .isEqualTo("see postgres://[redacted]@db/a and http://host:80/a@b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"task-oriented-programming", "the bearer of news", "sk-", "risk-management-plan", "a@b:c"})
    void should_leave_other_texts(String text) {
        assertThat(payload("{\"text\": \"" + text + "\"}").path("text").asText())
                .isEqualTo(text);
    }

    @Test
    void should_replace_the_value_beside_the_name_of_a_secret() {
        assertThat(payload("{\"key\": \"OPENAI_API_KEY\", \"value\": \"x\"}")).hasToString("""
                {"key":"OPENAI_API_KEY","value":"[redacted]"}""");
        assertThat(payload("[{\"name\": \"X-Api-Key\", \"value\": 17}, {\"name\": \"Accept\", \"value\": \"a\"}]"))
                .hasToString(
                        "[{\"name\":\"X-Api-Key\",\"value\":\"[redacted]\"},{\"name\":\"Accept\",\"value\":\"a\"}]");
    }

    @Test
    void should_count_and_leave_nothing_of_a_secret_that_is_not_a_text() {
        SecretRedaction.Redacted redacted = redaction.redact(event("""
                {"token": {"value": "a"}, "password": 1234, "secret": ["a", "b"], "text": "sk-aaaaaaaaaa sk-bbbbbbbbbb"}"""));

        assertThat(redacted.replaced()).isEqualTo(5);
        assertThat(redacted.event().path("payload")).hasToString("""
                {"token":"[redacted]","password":"[redacted]","secret":"[redacted]","text":"[redacted] [redacted]"}""");
    }

    @Test
    void should_leave_what_cannot_be_a_secret() {
        String json = "{\"token\":null,\"password\":true,\"secret\":\"\",\"cookie\":{},\"credentials\":[],\"n\":1.50}";

        assertThat(redaction.redact(event(json)).replaced()).isZero();
        assertThat(payload(json)).hasToString(json);
    }

    @Test
    void should_look_into_metadata_and_source_and_keep_keys_distinct() {
        ObjectNode event = event("{}");
        event.set("metadata", JsonCodec.parse("{\"headers\": {\"Authorization\": \"Basic YTpi\"}}"));
        event.set("source", JsonCodec.parse("{\"token\": \"t\"}"));
        event.put("idempotencyKey", "call sk-aaaaaaaaaa");

        ObjectNode redacted = redaction.apply(event);

        assertThat(redacted.path("metadata")).hasToString("{\"headers\":{\"Authorization\":\"[redacted]\"}}");
        assertThat(redacted.path("source")).hasToString("{\"token\":\"[redacted]\"}");
        assertThat(redacted.path("idempotencyKey").asText()).isEqualTo("[redacted]-7");
        assertThat(redacted.path("type").asText()).isEqualTo("a");
        assertThat(event.path("metadata").toString()).contains("YTpi");
    }

    @Test
    void should_replace_further_fields_on_request() {
        SecretRedaction more = redaction.andFields(List.of("e-mail"));

        assertThat(more.apply(event("{\"eMail\": \"ann@example.org\", \"token\": \"t\"}"))
                        .path("payload"))
                .hasToString("{\"eMail\":\"[redacted]\",\"token\":\"[redacted]\"}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redaction.andFields(List.of("--")))
                .withMessage("field name has no letter or digit: '--'");
    }

    private JsonNode payload(String json) {
        return redaction.apply(event(json)).path("payload");
    }

    private static ObjectNode event(String payload) {
        ObjectNode event = (ObjectNode) JsonCodec.parse("{\"type\": \"a\", \"offset\": 7}");
        event.set("payload", JsonCodec.parse(payload));
        return event;
    }
}
