package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException.Code;
import dev.millrace.server.internal.http.RouteMatch;
import dev.millrace.server.internal.http.RouteTarget;
import dev.millrace.server.internal.routes.HtmlPage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Check 101: the OpenAPI document describes exactly the routes of the server. */
class OpenApiTest {
    private static final Set<String> NOT_METHODS = Set.of("servers", "parameters", "summary", "description");

    private final JsonNode document = JsonCodec.parse(HtmlPage.resource("openapi.json"));

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").textValue().substring(1)) : node;
    }

    /** The full path of an entry: relative to the URL of the server, unless it has a server of its own. */
    private String url(Map.Entry<String, JsonNode> path) {
        JsonNode own = path.getValue().path("servers");
        String base = (own.isMissingNode() ? document.path("servers") : own)
                .path(0)
                .path("url")
                .textValue();
        return base.equals("/") ? path.getKey() : base + path.getKey();
    }

    /** Lines of a method and a template, with the query parameters. */
    private Map<String, Set<String>> described() {
        Map<String, Set<String>> lines = new TreeMap<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (!NOT_METHODS.contains(operation.getKey())) {
                        Set<String> names = new TreeSet<>();
                        for (JsonNode given : operation.getValue().path("parameters")) {
                            JsonNode parameter = resolve(given);
                            assertThat(parameter.isObject())
                                    .as(given.toString())
                                    .isTrue();
                            if (parameter.path("in").textValue().equals("query")) {
                                names.add(parameter.path("name").textValue());
                            }
                        }
                        lines.put(operation.getKey().toUpperCase(Locale.ROOT) + " " + url(path), names);
                    }
                }));
        return lines;
    }

    @Test
    void should_describe_every_route_method_and_parameter_and_nothing_else() {
        Map<String, Set<String>> routed = new TreeMap<>();
        for (RouteTarget target : RouteTarget.values()) {
            for (String template : target.templates()) {
                target.methods().forEach((method, names) -> routed.put(method + " " + template, new TreeSet<>(names)));
            }
        }

        assertThat(described()).isEqualTo(routed).hasSizeGreaterThan(15);
    }

    @Test
    void should_route_what_it_describes() {
        document.path("paths").properties().forEach(path -> {
            String template = url(path);
            RouteMatch route = RouteMatch.of(template.replace("{path}", "a/b").replace("{id}", "7"))
                    .orElseThrow();
            assertThat(route.target().templates()).contains(template);
            if (template.contains("{path}")) {
                assertThat(route.path().value()).isEqualTo("/a/b");
            }
        });
    }

    @Test
    void should_list_every_reason_of_an_error() {
        List<String> reasons = new ArrayList<>();
        document.at("/components/schemas/Error/properties/reason/enum")
                .forEach(value -> reasons.add(value.textValue()));

        assertThat(reasons)
                .containsExactlyElementsOf(
                        Arrays.stream(Code.values()).map(Code::name).toList());
    }

    @Test
    void should_describe_the_answer_to_a_loop_where_the_header_of_a_chain_is_described() {
        List<JsonNode> withChain = new ArrayList<>();
        document.path("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (operation.path("parameters").toString().contains("/Millrace-Chain\"")) {
                        withChain.add(operation);
                    }
                }));

        assertThat(withChain)
                .hasSize(2)
                .allMatch(operation -> operation.path("responses").has("508"));
    }

    @Test
    void should_be_whole() {
        Matcher refs = Pattern.compile("\"\\$ref\": \"#([^\"]+)\"")
                .matcher(new String(HtmlPage.resource("openapi.json"), StandardCharsets.UTF_8));
        int found = 0;
        while (refs.find()) {
            assertThat(document.at(refs.group(1)).isMissingNode())
                    .as(refs.group(1))
                    .isFalse();
            found++;
        }
        assertThat(found).isGreaterThan(50);
        assertThat(document.path("openapi").textValue()).startsWith("3.1");
        Set<String> ids = new TreeSet<>();
        int operations = 0;
        for (JsonNode path : document.path("paths")) {
            for (JsonNode operation : path) {
                if (operation.isArray()) {
                    continue; // the servers
                }
                ids.add(operation.path("operationId").textValue());
                operations++;
                assertThat(operation.path("responses").has("200")).isTrue();
                assertThat(operation.path("description").textValue()).isNotBlank();
            }
        }
        assertThat(ids).hasSize(operations);
        for (Iterator<JsonNode> tags = document.path("tags").elements(); tags.hasNext(); ) {
            assertThat(tags.next().path("description").textValue()).isNotBlank();
        }
    }

    @Test
    void check_101_the_document_and_a_page_made_of_it_are_served() throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            Answer json = millrace.get("/api/openapi.json");
            assertThat(json.status()).isEqualTo(200);
            assertThat(json.header("Content-Type")).isEqualTo("application/json");
            assertThat(json.json().path("paths")).isEqualTo(document.path("paths"));
            assertThat(json.json().path("info").path("version").textValue())
                    .isEqualTo(millrace.get("/healthz").json().path("version").textValue());
            assertThat(json.json().path("paths").properties().stream().map(Map.Entry::getKey))
                    .contains("/streams/{path}", "/streams/__state/{path}", "/streams", "/secrets");

            Answer page = millrace.get("/api/docs");
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.header("Content-Security-Policy"))
                    .contains("default-src 'none'", "script-src 'sha256-")
                    .doesNotContain("unsafe");
            assertThat(page.body())
                    .contains("/api/openapi.json")
                    .doesNotContain("innerHTML")
                    .doesNotContain("http://")
                    .doesNotContain("https://");
        }
    }

    @Test
    void should_say_to_options_and_head_what_a_route_takes() throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            for (RouteTarget target : RouteTarget.values()) {
                String url = target.templates().get(0).replace("{path}", "a").replace("{id}", "7");
                Answer options = millrace.send("OPTIONS", url, "");
                assertThat(options.status()).as(url).isEqualTo(204);
                assertThat(options.header("Allow")).isEqualTo(target.allow());
                assertThat(millrace.send("PATCH", url, "").status()).as(url).isEqualTo(405);
                Answer head = millrace.send("HEAD", url, "");
                assertThat(head.body()).isEmpty();
                if (!target.methods().containsKey("GET")) {
                    assertThat(head.status()).as(url).isEqualTo(405);
                }
            }
        }
    }
}
