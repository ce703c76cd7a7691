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
import java.util.function.Predicate;
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
    private static final Predicate<JsonNode> TEXT = JsonNode::isTextual;
    private static final Predicate<JsonNode> TEXT_OR_NULL = value -> value.isTextual() || value.isNull();
    private static final Predicate<JsonNode> NUMBER = JsonNode::isNumber;
    private static final Predicate<JsonNode> INTEGER = JsonNode::isIntegralNumber;
    private static final Predicate<JsonNode> INTEGER_OR_NULL = value -> value.isIntegralNumber() || value.isNull();
    private static final Predicate<JsonNode> BOOLEAN = JsonNode::isBoolean;
    private static final Predicate<JsonNode> OBJECT = JsonNode::isObject;
    private static final Predicate<JsonNode> TEXTS = value -> value.isArray() && all(value, TEXT);
    private static final Predicate<JsonNode> MAP_OF_TEXTS = value -> value.isObject() && all(value, TEXT);

    private static final Map<String, Predicate<JsonNode>> BREAKER = Map.of(
            "paused", BOOLEAN,
            "pauseReason", TEXT_OR_NULL,
            "pausedAt", TEXT_OR_NULL,
            "config", OBJECT,
            "recentEventTimestamps", TEXTS,
            "availableTokens", NUMBER,
            "lastRefillAtMs", INTEGER_OR_NULL);

    private static boolean all(JsonNode values, Predicate<JsonNode> kind) {
        for (JsonNode value : values) {
            if (!kind.test(value)) {
                return false;
            }
        }
        return true;
    }

    /** Checks that an object has exactly these fields, and perhaps {@code millrace}. */
    private static void assertFields(JsonNode object, Map<String, Predicate<JsonNode>> fields) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        names.remove(OWN);
        assertThat(names).as("fields of " + object).containsExactlyInAnyOrderElementsOf(fields.keySet());
        fields.forEach((name, kind) -> assertThat(object.path(name))
                .as(name + " of " + object)
                .matches(kind, "the type that other services have"));
    }

    @Test
    void should_show_empty_slices_of_a_new_stream() {
        JsonNode processors =
                millrace.get(stateOf(freshStream())).json().path("processors");

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
        assertFields(running.path("config"), Map.of("burstCapacity", INTEGER, "refillRatePerMinute", INTEGER));
        assertThat(running.path("recentEventTimestamps").size()).isEqualTo(2);
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
        assertThat(slice.path("config"))
                .isEqualTo(JsonCodec.parse("{\"burstCapacity\":50,\"refillRatePerMinute\":1}"));
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
                        TEXT,
                        "payloadJson",
                        TEXT,
                        "schedule",
                        OBJECT,
                        "nextRunAt",
                        INTEGER,
                        "executionCount",
                        INTEGER,
                        "running",
                        BOOLEAN,
                        "executionStartedAt",
                        INTEGER_OR_NULL,
                        "createdAt",
                        INTEGER));
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

        assertFields(slice, Map.of("transformersBySlug", OBJECT));
        assertFields(slice.at("/transformersBySlug/t"), Map.of("matcher", TEXT, "transform", TEXT));
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

        assertFields(slice, Map.of("subscribersBySlug", OBJECT));
        assertFields(
                slice.at("/subscribersBySlug/s"),
                Map.of(
                        "slug",
                        TEXT,
                        "type",
                        TEXT,
                        "callbackUrl",
                        TEXT,
                        "jsonataFilter",
                        TEXT,
                        "jsonataTransform",
                        TEXT));
    }

    @Test
    void should_show_a_script_without_its_sources_and_secrets() {
        String stream = freshStream();
        millrace.append(
                stream,
                ProcessorEvents.ENV_VAR_SET,
                "{\"key\":\"MOOD\",\"value\":\"good\"}");
        millrace.append(
                stream,
                ProcessorEvents.DYNAMIC_WORKER_CONFIGURED,
                "{\"slug\":\"w\",\"modules\":{\"processor.js\":\"export default { reduce() { /* the-source */ } }\","
                        + "\"other.js\":\"/* the-source */\"},\"compatibilityFlags\":[\"nodejs_compat\"],"
                        + "\"outboundGateway\":{\"entrypoint\":\"DynamicWorkerEgressGateway\",\"props\":"
                        + "{\"secretHeaderName\":\"authorization\",\"secretHeaderValue\":\"the-secret\"}}}");

        JsonNode slice = millrace.slice(stream, "dynamic-worker");
        JsonNode worker = slice.at("/workersBySlug/w");

        assertFields(slice, Map.of("envVarsByKey", MAP_OF_TEXTS, "workersBySlug", OBJECT));
        assertFields(
                worker,
                Map.of(
                        "compatibilityDate",
                        TEXT,
                        "compatibilityFlags",
                        TEXTS,
                        "mainModule",
                        TEXT,
                        "modules",
                        MAP_OF_TEXTS,
                        "outboundGateway",
                        OBJECT));
        assertThat(worker.path("mainModule").textValue()).isEqualTo("processor.js");
        assertThat(worker.path("modules")).isEqualTo(JsonCodec.parse("{\"processor.js\":\"\",\"other.js\":\"\"}"));
        assertThat(worker.at("/outboundGateway/props/secretHeaderName").textValue())
                .isEqualTo("authorization");
        assertThat(slice.toString()).doesNotContain("the-source", "the-secret");
    }
}
