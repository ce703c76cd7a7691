package dev.millrace.processors.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import org.junit.jupiter.api.Test;

class DeployedScriptsTest {
    private static JsonNode slice(String configuration) {
        WorkerEvent.Configured configured =
                JsonCodec.fromTree(JsonCodec.parse(configuration.replace('\'', '"')), WorkerEvent.Configured.class);
        DeployedScripts state = DeployedScripts.empty().configured(configured, 3);
        JsonNode json = JsonCodec.toTree(state);
        assertThat(JsonCodec.fromTree(json, DeployedScripts.class)).isEqualTo(state);
        return new DynamicWorkerProvider().stateSlice(json);
    }

    @Test
    void should_show_the_fields_of_other_services_and_its_own_apart() {
        JsonNode slice = slice("{'slug':'w','script':'the-source'}");

        assertThat(slice.at("/workersBySlug/w"))
                .hasToString("{\"compatibilityDate\":\"2026-02-05\",\"compatibilityFlags\":[],"
                        + "\"mainModule\":\"processor.js\",\"modules\":{\"processor.js\":\"\"}}");
        assertThat(slice.at("/millrace/workersBySlug/w").fieldNames())
                .toIterable()
                .containsExactly("configuredAt", "startedBy", "sha256");
    }

    @Test
    void should_show_no_source_and_no_secret() {
        JsonNode slice = slice("{'slug':'w','modules':{'b.js':'the-source','processor.ts':'the-source'},"
                + "'compatibilityDate':'2026-01-02','compatibilityFlags':['a',7],"
                + "'outboundGateway':{'props':{'secretHeaderName':'authorization','secretHeaderValue':'the-secret'}}}");

        assertThat(slice.at("/workersBySlug/w"))
                .hasToString("{\"compatibilityDate\":\"2026-01-02\",\"compatibilityFlags\":[\"a\"],"
                        + "\"mainModule\":\"processor.ts\",\"modules\":{\"b.js\":\"\",\"processor.ts\":\"\"},"
                        + "\"outboundGateway\":{\"entrypoint\":\"DynamicWorkerEgressGateway\","
                        + "\"props\":{\"secretHeaderName\":\"authorization\",\"secretHeaderValue\":\"\"}}}");
    }

    /** The version of the reducer is a new one, so such a snapshot is not used: the state is computed again. */
    @Test
    void should_have_another_version_than_snapshots_from_before_the_slices() {
        JsonNode before = JsonCodec.parse("{\"envVarsByKey\":{},\"workersBySlug\":{\"w\":{\"configuredAt\":3,"
                + "\"startedBy\":3,\"sha256\":\"00\"}}}");

        assertThat(DynamicWorker.VERSION).isGreaterThan(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.fromTree(before, DeployedScripts.class))
                .withMessageContaining("configuration");
    }
}
