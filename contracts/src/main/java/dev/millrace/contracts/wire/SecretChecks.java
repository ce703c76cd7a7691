package dev.millrace.contracts.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import org.junit.jupiter.api.Test;

/**
 * Checks of secrets, over HTTP.
 *
 * @since 0.1
 */
public abstract class SecretChecks extends WireChecks {
    @Test
    void check_88_secrets_are_created_listed_and_deleted_and_never_shown() {
        String name = "key-" + Long.toString(System.nanoTime(), 36);
        String body = "{\"name\":\"" + name + "\",\"value\":\"s3cr3t-value\",\"description\":\"for tests\"}";
        Answer made = millrace.post("/api/secrets", body);
        made.expect(200);
        assertThat(made.body()).doesNotContain("s3cr3t-value");
        String id = made.text("/id");
        assertThat(id).isNotEmpty();

        Answer listed = millrace.get("/api/secrets?limit=100");
        assertThat(listed.body()).doesNotContain("s3cr3t-value");
        assertThat(listed.json().path("secrets").findValuesAsText("name")).contains(name);
        assertThat(listed.number("/total")).isPositive();
        millrace.post("/api/secrets", body).expect(409);
        assertThat(millrace.get("/api/secrets", "X-Project-Slug", "elsewhere").number("/total"))
                .isZero();

        JsonNode deleted = millrace.send("DELETE", "/api/secrets/" + id, "").json();
        assertThat(deleted.path("ok").booleanValue()).isTrue();
        assertThat(deleted.path("deleted").booleanValue()).isTrue();
        JsonNode again = millrace.send("DELETE", "/api/secrets/" + id, "").json();
        assertThat(again.path("deleted").booleanValue()).isFalse();
    }
}
