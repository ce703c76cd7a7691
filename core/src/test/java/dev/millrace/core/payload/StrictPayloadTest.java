package dev.millrace.core.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.payload.StrictPayload.Result;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictPayloadTest {
    enum Colour {
        RED,
        @JsonProperty("light-blue")
        LIGHT_BLUE
    }

    record Inner(String name, Optional<Inner> next) {}

    record Everything(
            @NotBlank String slug,
            Optional<String> text,
            Optional<Integer> small,
            @Positive Optional<Integer> positive,
            Optional<Long> large,
            OptionalInt primitive,
            Optional<Double> number,
            Optional<BigDecimal> exact,
            Optional<Boolean> flag,
            Optional<JsonNode> any,
            Optional<ObjectNode> object,
            Optional<List<String>> list,
            Optional<Map<String, Double>> weights,
            Optional<Inner> inner,
            Optional<Colour> colour,
            Optional<Instant> at,
            @JsonProperty("class") Optional<String> kind,
            @JsonProperty(required = true) Optional<Long> next) {}

    private final StrictPayload<Everything> strict = StrictPayload.of(Everything.class);

    private static Result<Everything> read(StrictPayload<Everything> strict, String fields) {
        return strict.read(JsonCodec.parse(("{'slug':'s','next':null" + fields + "}").replace('\'', '"')));
    }

    @Test
    void should_read_null_of_an_optional_component_as_nothing_if_it_is_told_to() {
        String nulls = ",'text':null,'small':null,'primitive':null,'list':null,'inner':{'name':'a','next':null},"
                + "'colour':null,'at':null,'any':null";

        assertThat(read(strict, nulls).problems()).hasSize(7).first().asString().contains("payload.text");
        Result<Everything> read = read(strict.acceptingNull(), nulls);
        assertThat(read.problems()).isEmpty();
        assertThat(read.value()).hasValueSatisfying(value -> {
            assertThat(value.text()).isEmpty();
            assertThat(value.small()).isEmpty();
            assertThat(value.primitive()).isEmpty();
            assertThat(value.list()).isEmpty();
            assertThat(value.inner()).contains(new Inner("a", Optional.empty()));
            assertThat(value.at()).isEmpty();
            assertThat(value.any()).isEmpty();
        });
        assertThat(read(strict.acceptingNull(), ",'inner':{'name':null}").problems())
                .containsExactly("payload.inner.name: expected a string, got null");
        assertThat(read(strict.acceptingNull().ignoringUnknownFields(), ",'more':1,'text':null")
                        .problems())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",'text':''",
                ",'small':-1",
                ",'positive':1",
                ",'large':9000000000",
                ",'primitive':3",
                ",'number':1,'exact':1.50",
                ",'flag':false",
                ",'any':null",
                ",'any':[1]",
                ",'object':{}",
                ",'list':['a','']",
                ",'weights':{'a':0,'b':1.5}",
                ",'inner':{'name':'a','next':{'name':'b'}}",
                ",'colour':'light-blue'",
                ",'at':'2026-01-31T09:00:00Z'",
                ",'class':'c'"
            })
    void should_read_a_payload_that_fits(String fields) {
        assertThat(read(strict, fields).problems()).isEmpty();
        assertThat(read(strict, fields).value()).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ",'text':5|payload.text: expected a string, got 5",
                ",'text':null|payload.text: expected a string, got null",
                ",'small':'1'|payload.small: expected an integer, got '1'",
                ",'small':1.0|payload.small: expected an integer, got 1.0",
                ",'small':2147483648|payload.small: expected an integer, got 2147483648",
                ",'small':true|payload.small: expected an integer, got true",
                ",'positive':0|payload.positive: expected a positive integer, got 0",
                ",'positive':'1'|payload.positive: expected a positive integer, got '1'",
                ",'large':99999999999999999999|payload.large: expected an integer, got 99999999999999999999",
                ",'primitive':null|payload.primitive: expected an integer, got null",
                ",'number':'1.5'|payload.number: expected a number, got '1.5'",
                ",'exact':{}|payload.exact: expected a number, got {}",
                ",'flag':'true'|payload.flag: expected true or false, got 'true'",
                ",'flag':1|payload.flag: expected true or false, got 1",
                ",'object':[]|payload.object: expected an object, got []",
                ",'list':'a'|payload.list: expected an array, got 'a'",
                ",'list':['a',1,2]|payload.list[1]: expected a string, got 1",
                ",'weights':[1]|payload.weights: expected an object, got [1]",
                ",'weights':{'a':'x'}|payload.weights.a: expected a number, got 'x'",
                ",'inner':'a'|payload.inner: expected an object, got 'a'",
                ",'inner':{}|payload.inner.name: expected a string, got nothing",
                ",'inner':{'name':'a','next':{'name':1}}|payload.inner.next.name: expected a string, got 1",
                ",'inner':{'name':'a','x':1}|payload.inner.x: unknown field",
                ",'colour':'GREEN'|payload.colour: expected one of RED, light-blue, got 'GREEN'",
                ",'colour':0|payload.colour: expected one of RED, light-blue, got 0",
                ",'kind':'c'|payload.kind: unknown field",
                ",'x':1|payload.x: unknown field"
            })
    void should_name_the_field_and_the_problem(String fields, String problem) {
        assertThat(read(strict, fields).problems()).containsExactly(problem.replace('\'', '"'));
        assertThat(read(strict, fields).value()).isEmpty();
    }

    @Test
    void should_refuse_a_number_as_a_time() {
        assertThat(read(strict, ",'at':'soon'").problems())
                .singleElement()
                .asString()
                .startsWith("payload.at: expected a value for Instant, got \"soon\": ");
    }

    @Test
    void should_report_every_problem_at_once() {
        assertThat(strict.read(JsonCodec.parse("{\"slug\":\" \",\"flag\":2,\"b\":1,\"a\":1}"))
                        .problems())
                .containsExactly(
                        "payload.slug: expected a non-empty string, got \" \"",
                        "payload.flag: expected true or false, got 2",
                        "payload.next: expected an integer or null, got nothing",
                        "payload.a: unknown field",
                        "payload.b: unknown field");
        assertThat(strict.read(JsonCodec.parse("[]")).problems())
                .containsExactly("payload: expected an object, got []");
    }

    @Test
    void should_limit_the_report_of_unknown_fields() {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            fields.append(",'").append("x".repeat(100)).append(i).append("':1");
        }

        assertThat(read(strict, fields.toString()).problems())
                .hasSize(21)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(100))
                .endsWith("payload: 480 more unknown fields");
    }

    @Test
    void should_ignore_unknown_fields_if_configured() {
        Result<Everything> read = read(strict.ignoringUnknownFields(), ",'x':1,'inner':{'name':'a','y':2}");

        assertThat(read.problems()).isEmpty();
        assertThat(read.value().orElseThrow().inner()).contains(new Inner("a", Optional.empty()));
    }

    @Test
    void should_name_the_fields_in_order() {
        assertThat(strict.fields()).startsWith("slug", "text").endsWith("at", "class", "next");
    }

    record Checked(int count) {
        Checked {
            if (count > 3) {
                throw new IllegalArgumentException("count must be 3 or less, got " + count);
            }
        }
    }

    record Created(String role, Duration pause) {
        @JsonCreator
        static Created of(@JsonProperty("role") Optional<String> role, @JsonProperty("pause") Duration pause) {
            return new Created(role.orElse("user"), pause);
        }
    }

    @Test
    void should_report_the_message_of_a_constructor() {
        assertThat(StrictPayload.of(Checked.class)
                        .read(JsonCodec.parse("{\"count\":4}"))
                        .problems())
                .containsExactly("payload: count must be 3 or less, got 4");
    }

    @Test
    void should_leave_a_creator_to_the_json_library_and_still_coerce_nothing() {
        StrictPayload<Created> created = StrictPayload.of(Created.class);

        assertThat(created.read(JsonCodec.parse("{\"pause\":\"PT5S\"}")).value())
                .contains(new Created("user", Duration.ofSeconds(5)));
        assertThat(created.read(JsonCodec.parse("{\"pause\":\"PT5S\",\"role\":5}"))
                        .problems())
                .singleElement()
                .asString()
                .startsWith("payload.role: ");
        assertThat(created.read(JsonCodec.parse("{\"pause\":\"PT5S\",\"x\":5}")).problems())
                .singleElement()
                .asString()
                .startsWith("payload.x: ");
    }
}
