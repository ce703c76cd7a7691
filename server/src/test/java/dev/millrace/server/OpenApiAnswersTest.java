package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.internal.routes.HtmlPage;
import dev.millrace.server.security.Vault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client generated from the OpenAPI document has types that fit the answers of the server. */
class OpenApiAnswersTest {
    private final JsonNode document = JsonCodec.parse(HtmlPage.resource("openapi.json"));

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").textValue().substring(1)) : node;
    }

    /** The schema of the answer 200 of an operation. */
    private JsonNode answer(String path, String method) {
        return resolve(
                document.path("paths").path(path).path(method).at("/responses/200/content/application~1json/schema"));
    }

    private static List<String> names(Iterable<JsonNode> texts) {
        List<String> names = new ArrayList<>();
        texts.forEach(text -> names.add(text.textValue()));
        return names;
    }

    private static List<String> fields(JsonNode object) {
        List<String> fields = new ArrayList<>();
        object.fieldNames().forEachRemaining(fields::add);
        return fields;
    }

    /** Checks an answer, and the objects in it, against a schema. */
    private void conforms(JsonNode value, JsonNode given) {
        JsonNode schema = resolve(given);
        if (value.isArray()) {
            assertThat(value).isNotEmpty().allSatisfy(item -> conforms(item, schema.path("items")));
        } else if (schema.has("properties")) {
            List<String> fields = fields(value);
            assertThat(fields).as("the fields of %s", value).isSubsetOf(fields(schema.path("properties")));
            assertThat(names(schema.path("required")))
                    .as("required in %s", value)
                    .isNotEmpty()
                    .isSubsetOf(fields);
            fields.forEach(field ->
                    conforms(value.path(field), schema.path("properties").path(field)));
        } else if (schema.path("additionalProperties").isObject()) {
            assertThat(value).isNotEmpty().allSatisfy(entry -> conforms(entry, schema.path("additionalProperties")));
        }
    }

    @Test
    void should_let_objects_without_properties_have_any() {
        List<JsonNode> objects = document.findParents("type").stream()
                .filter(schema -> schema.path("type").asText().equals("object"))
                .toList();

        assertThat(objects)
                .hasSizeGreaterThan(15)
                .allMatch(schema -> schema.has("properties") || schema.has("additionalProperties"));
    }

    @Test
    void should_not_require_a_field_of_an_input_that_has_a_default() {
        JsonNode input = document.at("/components/schemas/EventInput");

        assertThat(names(input.path("required"))).containsExactly("type");
        assertThat(input.findValues("default")).isEmpty(); // a generator makes such a field required
    }

    @Test
    void should_describe_the_answers_of_the_server() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.vault(Vault.inMemory(Timers.system())))) {
            millrace.append("/a/x", "{\"type\":\"a\"}");
            Answer appended = millrace.append("/a", "{\"type\":\"a\",\"metadata\":{\"m\":1},\"idempotencyKey\":\"k\"}");
            conforms(appended.json(), document.at("/components/schemas/AppendResult"));
            conforms(
                    millrace.append("/a", "[{\"type\":\"b\"}]").json(), document.at("/components/schemas/AppendedAll"));
            conforms(millrace.get(api("/a"), "Accept", "application/json").json(), answer("/streams/{path}", "get"));
            conforms(millrace.get("/api/streams/__state/a").json(), answer("/streams/__state/{path}", "get"));
            conforms(millrace.get("/api/streams/__children/a").json(), answer("/streams/__children/{path}", "get"));
            conforms(
                    millrace.post("/api/streams/__fork/a", "{\"at\":2,\"to\":\"/b\"}")
                            .json(),
                    answer("/streams/__fork/{path}", "post"));
            String log =
                    millrace.get(api("/a"), "Accept", "application/x-ndjson").body();
            conforms(
                    millrace.send("POST", "/api/streams/__import/c", log, "Content-Type", "application/x-ndjson")
                            .json(),
                    answer("/streams/__import/{path}", "post"));
            conforms(millrace.send("DELETE", api("/a"), "").json(), answer("/streams/{path}", "delete"));
            Answer secret = millrace.post("/api/secrets", "{\"name\":\"n\",\"value\":\"v\"}");
            conforms(secret.json(), answer("/secrets", "post"));
            conforms(millrace.get("/api/secrets").json(), answer("/secrets", "get"));
            conforms(
                    millrace.send(
                                    "DELETE",
                                    "/api/secrets/" + secret.json().path("id").asText(),
                                    "")
                            .json(),
                    answer("/secrets/{id}", "delete"));
            conforms(millrace.get("/healthz").json(), answer("/healthz", "get"));
            conforms(millrace.get("/api/streams/A").json(), document.at("/components/schemas/Error"));
        }
    }
}
