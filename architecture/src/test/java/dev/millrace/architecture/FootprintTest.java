package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What a user's class path gains with each artifact. A longer list is a promise broken for everybody who embeds this:
 * change one here only after a look at size, licence and what else users have of it.
 */
class FootprintTest {
    private static final Set<String> CORE = Set.of(
            "com.fasterxml.jackson.core:jackson-annotations",
            "com.fasterxml.jackson.core:jackson-core",
            "com.fasterxml.jackson.core:jackson-databind",
            "com.fasterxml.jackson.datatype:jackson-datatype-jdk8",
            "com.fasterxml.jackson.datatype:jackson-datatype-jsr310",
            "org.jspecify:jspecify");
    private static final Set<String> HTTP = plus(
            CORE,
            "com.squareup.okhttp3:okhttp-jvm",
            "com.squareup.okhttp3:okhttp-sse",
            "com.squareup.okio:okio-jvm",
            "dev.millrace:millrace-core",
            "org.jetbrains.kotlin:kotlin-stdlib",
            "org.jetbrains:annotations");

    private static final Set<String> AGENT = plus(
            HTTP,
            "com.fasterxml:classmate",
            "com.github.victools:jsonschema-generator",
            "com.github.victools:jsonschema-module-jackson",
            "org.slf4j:slf4j-api");

    /** The most bytes of jars that an agent with a model brings. */
    private static final long MOST_OF_AN_AGENT = 7_000_000;

    private final DependencyGraph graph =
            DependencyGraph.read(SourceTree.root().resolve("architecture/target/dependency-tree.txt"));

    @Test
    void should_add_json_and_nothing_else_with_the_core() {
        assertThat(graph.footprint("dev.millrace:millrace-core")).isEqualTo(CORE);
    }

    @Test
    void should_add_one_http_client_with_the_client() {
        assertThat(graph.footprint("dev.millrace:millrace-client")).isEqualTo(HTTP);
    }

    @Test
    void should_add_one_http_client_and_one_generator_of_schemas_with_the_agent() {
        assertThat(graph.footprint("dev.millrace:millrace-processors-agent")).isEqualTo(AGENT);
        Set<String> agent = plus(AGENT, "dev.millrace:millrace-processors-agent");
        assertThat(graph.footprint("dev.millrace:millrace-processors-openai")).isEqualTo(agent);
        assertThat(graph.footprint("dev.millrace:millrace-processors-anthropic"))
                .isEqualTo(agent);
    }

    @Test
    void should_stay_small_with_an_agent_and_its_model() {
        String openai = "dev.millrace:millrace-processors-openai";

        assertThat(JarSizes.bytesOf(plus(graph.footprint(openai), openai))).isBetween(3_000_000L, MOST_OF_AN_AGENT);
    }

    @Test
    void should_add_nothing_but_the_core_with_engine_and_breaker() {
        Set<String> coreOnly = plus(CORE, "dev.millrace:millrace-core");
        assertThat(graph.footprint("dev.millrace:millrace-engine")).isEqualTo(coreOnly);
        assertThat(graph.footprint("dev.millrace:millrace-processors-circuitbreaker"))
                .isEqualTo(coreOnly);
    }

    @Test
    void should_add_nothing_but_the_core_with_the_scheduler() {
        assertThat(graph.footprint("dev.millrace:millrace-processors-scheduler"))
                .isEqualTo(plus(CORE, "dev.millrace:millrace-core"));
    }

    @Test
    void should_add_one_evaluator_with_the_transformer() {
        Set<String> evaluator = plus(CORE, "com.dashjoin:jsonata", "dev.millrace:millrace-core");
        assertThat(graph.footprint("dev.millrace:millrace-jsonata")).isEqualTo(evaluator);
        assertThat(graph.footprint("dev.millrace:millrace-processors-jsonata"))
                .isEqualTo(plus(evaluator, "dev.millrace:millrace-jsonata"));
    }

    @Test
    void should_add_one_http_client_and_one_evaluator_with_webhooks() {
        Set<String> expected = plus(HTTP, "dev.millrace:millrace-jsonata", "com.dashjoin:jsonata");
        expected.remove("com.squareup.okhttp3:okhttp-sse");
        assertThat(graph.footprint("dev.millrace:millrace-processors-webhook")).isEqualTo(expected);
    }

    @Test
    void should_add_one_http_client_and_one_engine_with_the_scripts() {
        assertThat(graph.footprint("dev.millrace:millrace-processors-script"))
                .isEqualTo(plus(
                        CORE,
                        "com.squareup.okhttp3:okhttp-jvm",
                        "com.squareup.okio:okio-jvm",
                        "dev.millrace:millrace-core",
                        "io.roastedroot:quickjs4j",
                        "org.jetbrains.kotlin:kotlin-stdlib",
                        "org.jetbrains:annotations",
                        "run.endive:log",
                        "run.endive:runtime",
                        "run.endive:wasi",
                        "run.endive:wasm"));
    }

    @Test
    void should_add_one_library_of_its_kind_with_each_way_to_observe() {
        assertThat(graph.footprint("dev.millrace:millrace-metrics-micrometer"))
                .isEqualTo(plus(
                        CORE,
                        "dev.millrace:millrace-core",
                        "io.micrometer:micrometer-commons",
                        "io.micrometer:micrometer-core",
                        "io.micrometer:micrometer-observation",
                        "org.hdrhistogram:HdrHistogram"));
        assertThat(graph.footprint("dev.millrace:millrace-tracing-opentelemetry"))
                .isEqualTo(plus(
                        CORE,
                        "dev.millrace:millrace-core",
                        "io.opentelemetry:opentelemetry-api",
                        "io.opentelemetry:opentelemetry-common",
                        "io.opentelemetry:opentelemetry-context"));
    }

    @Test
    void should_follow_edges_that_the_tree_shows_elsewhere() {
        DependencyGraph small = DependencyGraph.parse(List.of(
                "g:root:jar:1",
                "+- g:a:jar:1:test",
                "|  \\- g:c:jar:2:test (version managed from 1)",
                "|     \\- g:d:jar:1:test",
                "\\- g:b:jar:1:test",
                "   \\- (g:c:jar:2:test - omitted for duplicate)"));

        assertThat(small.footprint("g:b")).containsExactly("g:c", "g:d");
    }

    private static Set<String> plus(Set<String> base, String... more) {
        Set<String> all = new TreeSet<>(base);
        all.addAll(List.of(more));
        return all;
    }
}
