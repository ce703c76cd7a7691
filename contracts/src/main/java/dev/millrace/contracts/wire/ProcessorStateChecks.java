package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checks of the slices of the standard processors in the state of a stream: they have the fields of other services of
 * the protocol, with the same types, and no other field but {@code millrace}. Over HTTP.
 *
 * @since 0.1
 */
@Tag("slice")
public abstract class ProcessorStateChecks extends WireChecks {
    private static final String OWN = "millrace";
    private static final Map<String, Kind> BREAKER = Map.of(
            "paused", Kind.BOOLEAN,
            "pauseReason", Kind.TEXT_OR_NULL,
            "pausedAt", Kind.TEXT_OR_NULL,
            "config", Kind.OBJECT,
            "recentEventTimestamps", Kind.TEXTS,
            "availableTokens", Kind.NUMBER,
            "lastRefillAtMs", Kind.INTEGER_OR_NULL);

    /** Checks that an object has exactly these fields, and perhaps {@code millrace}. */
    private static void assertFields(JsonNode object, Map<String, Kind> fields) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        names.remove(OWN);
        assertThat(names).as("fields of " + object).containsExactlyInAnyOrderElementsOf(fields.keySet());
        fields.forEach((name, kind) -> assertThat(kind.has(object.path(name)))
                .as("%s has the type that other services have, in %s", name, object)
                .isTrue());
    }

    @Test
    void should_show_empty_slices_of_a_new_stream() {
        JsonNode processors = millrace.get(stateOf(freshStream())).json().path("processors");

        assertThat(processors.path("scheduler")).isEqualTo(JsonCodec.parse("{}"));
        assertThat(processors.path("jsonata-transformer")).isEqualTo(JsonCodec.parse("{\"transformersBySlug\":{}}"));
        assertThat(processors.path("external-subscriber")).isEqualTo(JsonCodec.parse("{\"subscribersBySlug\":{}}"));
        assertThat(processors.path("dynamic-worker"))
                .isEqualTo(JsonCodec.parse("{\"envVarsByKey\":{},\"workersBySlug\":{}}"));
    }

    @Test
    void should_show_the_window_of_the_breaker() {
        String stream = freshStream();
        millrace.append(stream, "{\"type\":\"a\"}");

        JsonNode running = millrace.slice(stream, "circuit-breaker");
        millrace.append(stream, BuiltInType.PAUSED, "{\"reason\":\"tea\"}");
        JsonNode paused = millrace.slice(stream, "circuit-breaker");

        assertFields(running, BREAKER);
        assertFields(
                running.path("config"), Map.of("burstCapacity", Kind.INTEGER, "refillRatePerMinute", Kind.INTEGER));
        assertThat(running.path("recentEventTimestamps")).isNotEmpty();
        assertThat(running.path("availableTokens").doubleValue()).isLessThan(100);
        assertFields(paused, BREAKER);
        assertThat(paused.path("pauseReason").textValue()).isEqualTo("tea");
        assertThat(paused.path("pausedAt").isTextual()).isTrue();
    }

    @Test
    void should_show_the_token_bucket_of_the_breaker() {
        String stream = freshStream();
        millrace.append(
                stream,
                ProcessorEvents.CIRCUIT_BREAKER_CONFIGURED,
                "{\"burstCapacity\":50,\"refillRatePerMinute\":1,\"weights\":{\"light\":0}}");

        JsonNode slice = millrace.slice(stream, "circuit-breaker");

        assertFields(slice, BREAKER);
        assertThat(slice.path("config")).isEqualTo(JsonCodec.parse("{\"burstCapacity\":50,\"refillRatePerMinute\":1}"));
        assertThat(slice.path("lastRefillAtMs").isIntegralNumber()).isTrue();
    }

    @Test
    void should_show_a_schedule() {
        String stream = freshStream();
        millrace.append(
                stream,
                ProcessorEvents.APPEND_SCHEDULED,
                "{\"slug\":\"late\",\"append\":{\"type\":\"a\"},\"schedule\":{\"kind\":\"once-in\",\"delaySeconds\":3600}}");
        millrace.awaitHistory(stream, events -> events.size() == 3);

        JsonNode slice = millrace.slice(stream, "scheduler");

        assertThat(slice.fieldNames()).toIterable().containsExactly("late");
        assertFields(
                slice.path("late"),
                Map.of(
                        "callback",
                        Kind.TEXT,
                        "payloadJson",
                        Kind.TEXT,
                        "schedule",
                        Kind.OBJECT,
                        "nextRunAt",
                        Kind.INTEGER,
                        "executionCount",
                        Kind.INTEGER,
                        "running",
                        Kind.BOOLEAN,
                        "executionStartedAt",
                        Kind.INTEGER_OR_NULL,
                        "createdAt",
                        Kind.INTEGER));
        millrace.append(stream, ProcessorEvents.SCHEDULE_CANCELLED, "{\"slug\":\"late\"}");
    }

    @Test
    void should_show_a_transformer() {
        String stream = freshStream();
        millrace.append(
                stream,
                ProcessorEvents.JSONATA_TRANSFORMER_CONFIGURED,
                "{\"slug\":\"t\",\"matcher\":\"false\",\"transform\":\"{}\",\"mayControl\":true}");

        JsonNode slice = millrace.slice(stream, "jsonata-transformer");

        assertFields(slice, Map.of("transformersBySlug", Kind.OBJECT));
        assertFields(slice.at("/transformersBySlug/t"), Map.of("matcher", Kind.TEXT, "transform", Kind.TEXT));
    }

    @Test
    void should_show_a_push_subscriber() {
        String stream = freshStream();
        millrace.append(
                stream,
                ProcessorEvents.SUBSCRIPTION_CONFIGURED,
                "{\"slug\":\"s\",\"type\":\"webhook\",\"callbackUrl\":\"https://hooks.example.org/in\","
                        + "\"jsonataFilter\":\"false\",\"jsonataTransform\":\"{}\"}");

        JsonNode slice = millrace.slice(stream, "external-subscriber");

        assertFields(slice, Map.of("subscribersBySlug", Kind.OBJECT));
        assertFields(
                slice.at("/subscribersBySlug/s"),
                Map.of(
                        "slug",
                        Kind.TEXT,
                        "type",
                        Kind.TEXT,
                        "callbackUrl",
                        Kind.TEXT,
                        "jsonataFilter",
                        Kind.TEXT,
                        "jsonataTransform",
                        Kind.TEXT));
    }

    @Test
    void should_show_a_script_without_its_sources_and_secrets() {
        String stream = freshStream();
        millrace.append(stream, ProcessorEvents.ENV_VAR_SET, "{\"key\":\"MOOD\",\"value\":\"good\"}");
        millrace.append(
                stream,
                ProcessorEvents.DYNAMIC_WORKER_CONFIGURED,
                "{\"slug\":\"w\",\"modules\":{\"processor.js\":\"export default { reduce() { /* the-source */ } }\","
                        + "\"other.js\":\"/* the-source */\"},\"compatibilityFlags\":[\"nodejs_compat\"],"
                        + "\"outboundGateway\":{\"entrypoint\":\"DynamicWorkerEgressGateway\",\"props\":"
                        + "{\"secretHeaderName\":\"authorization\",\"secretHeaderValue\":\"the-secret\"}}}");

        JsonNode slice = millrace.slice(stream, "dynamic-worker");
        JsonNode worker = slice.at("/workersBySlug/w");

        assertFields(slice, Map.of("envVarsByKey", Kind.MAP_OF_TEXTS, "workersBySlug", Kind.OBJECT));
        assertFields(
                worker,
                Map.of(
                        "compatibilityDate",
                        Kind.TEXT,
                        "compatibilityFlags",
                        Kind.TEXTS,
                        "mainModule",
                        Kind.TEXT,
                        "modules",
                        Kind.MAP_OF_TEXTS,
                        "outboundGateway",
                        Kind.OBJECT));
        assertThat(worker.path("mainModule").textValue()).isEqualTo("processor.js");
        assertThat(worker.path("modules")).isEqualTo(JsonCodec.parse("{\"processor.js\":\"\",\"other.js\":\"\"}"));
        assertThat(worker.at("/outboundGateway/props/secretHeaderName").textValue())
                .isEqualTo("authorization");
        assertThat(slice.toString()).doesNotContain("the-source", "the-secret");
    }

    /** The types of fields. */
    private enum Kind {
        TEXT,
        TEXT_OR_NULL,
        NUMBER,
        INTEGER,
        INTEGER_OR_NULL,
        BOOLEAN,
        OBJECT,
        TEXTS,
        MAP_OF_TEXTS;

        boolean has(JsonNode value) {
            return switch (this) {
                case TEXT -> value.isTextual();
                case TEXT_OR_NULL -> value.isTextual() || value.isNull();
                case NUMBER -> value.isNumber();
                case INTEGER -> value.isIntegralNumber();
                case INTEGER_OR_NULL -> value.isIntegralNumber() || value.isNull();
                case BOOLEAN -> value.isBoolean();
                case OBJECT -> value.isObject();
                case TEXTS -> value.isArray() && hasTextsOnly(value);
                case MAP_OF_TEXTS -> value.isObject() && hasTextsOnly(value);
            };
        }

        private static boolean hasTextsOnly(JsonNode values) {
            return values.valueStream().allMatch(JsonNode::isTextual);
        }
    }
}
