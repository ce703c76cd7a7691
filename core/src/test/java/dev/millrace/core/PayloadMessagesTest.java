package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a catalog says of a payload that does not fit: never with the words of the JSON library. */
class PayloadMessagesTest {
    enum Colour {
        RED,
        @JsonProperty("dark-green")
        GREEN
    }

    record Item(String name, int count) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "circle"))
    sealed interface Figure permits Circle {}

    record Circle(double radius) implements Figure {}

    record Positive(int v) {
        Positive {
            if (v <= 0) {
                throw new IllegalArgumentException("v must be positive");
            }
        }
    }

    @EventName("everything")
    record Everything(
            Optional<Integer> i,
            Optional<Long> l,
            Optional<BigInteger> big,
            Optional<Double> d,
            Optional<Float> f,
            OptionalDouble od,
            Optional<BigDecimal> dec,
            Optional<Boolean> b,
            Optional<String> s,
            Optional<Colour> e,
            Optional<Instant> t,
            Optional<LocalDate> day,
            Optional<Duration> du,
            Optional<List<Item>> list,
            Optional<Map<String, Integer>> map,
            Optional<byte[]> bytes,
            Optional<UUID> id,
            Optional<Figure> figure,
            Optional<Positive> positive) {}

    @EventName("required")
    record Required(int i, String s, Instant t, Colour e, List<Item> list) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'d':1e400}              | d: 1E+400 is too large",
                "{'d':-1e400}             | d: -1E+400 is too small",
                "{'d':'1e400'}            | d: 1e400 is too large",
                "{'f':1e39}               | f: 1E+39 is too large",
                "{'f':'-1e39'}            | f: -1e39 is too small",
                "{'od':1e400}             | od: 1E+400 is too large",
                "{'t':1e400}              | t: 1E+400 is too large",
                "{'du':1e400}             | du: 1E+400 is too large",
                "{'du':-1e400}            | du: -1E+400 is too small",
                "{'i':2147483648}         | i: 2147483648 is too large",
                "{'i':-2147483649}        | i: -2147483649 is too small",
                "{'l':9223372036854775808} | l: 9223372036854775808 is too large",
                "{'i':1.5}                | i: expected a whole number, got 1.5",
                "{'big':1e2}              | big: expected a whole number, got 1E+2",
                "{'i':true}               | i: expected a whole number, got a boolean",
                "{'i':'x'}                | i: expected a whole number, got \"x\"",
                "{'dec':[]}               | dec: expected a number, got an array",
                "{'b':'maybe'}            | b: expected true or false, got \"maybe\"",
                "{'s':{}}                 | s: expected a string, got an object",
                "{'e':0}                  | e: expected one of RED, dark-green, got 0",
                "{'e':1}                  | e: expected one of RED, dark-green, got 1",
                "{'e':'0'}                | e: expected one of RED, dark-green, got \"0\"",
                "{'e':'GREEN'}            | e: expected one of RED, dark-green, got \"GREEN\"",
                "{'e':[]}                 | e: expected one of RED, dark-green, got an array",
                "{'t':'yesterday'}        | t: expected a time such as \"2026-01-31T12:00:00Z\", got \"yesterday\"",
                "{'t':{}}                 | t: expected a time such as \"2026-01-31T12:00:00Z\", got an object",
                "{'day':'2026-1-1'}       | day: expected a date such as \"2026-01-31\", got \"2026-1-1\"",
                "{'du':'1 minute'}        | du: expected a duration such as \"PT1M\", got \"1 minute\"",
                "{'list':{}}              | list: expected an array, got an object",
                "{'list':[{'name':'a'}]}  | list[0].count: missing",
                "{'list':[7]}             | list[0]: expected an object, got a number",
                "{'list':['x']}           | list[0]: expected an object, got a string",
                "{'map':{'a':'b'}}        | map.a: expected a whole number, got \"b\"",
                "{'map':7}                | map: expected an object, got a number",
                "{'bytes':'***'}          | bytes: expected bytes in base64, got \"***\"",
                "{'id':'1-1'}             | id: expected a UUID, got \"1-1\"",
                "{'figure':{'kind':'x'}}  | figure: expected one of circle, got 'x'",
                "{'figure':{}}            | figure: 'kind' is missing",
                "{'positive':{'v':0}}     | positive: v must be positive",
                "[]                       | expected an object, got an array",
                "7                        | expected an object, got a number"
            })
    void should_say_what_is_wrong_in_the_words_of_json(String payload, String message) {
        assertThat(error(Everything.class, payload)).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                                                 | i: missing",
                "{'i':null,'s':'','t':0,'e':'RED','list':[]}        | i: missing",
                "{'i':1,'t':0,'e':'RED','list':[]}                  | s: missing",
                "{'i':1,'s':null,'t':0,'e':'RED','list':[]}         | s: missing",
                "{'i':1,'s':'','e':'RED','list':[]}                 | t: missing",
                "{'i':1,'s':'','t':0,'e':null,'list':[]}            | e: missing",
                "{'i':1,'s':'','t':0,'e':'RED'}                     | list: missing"
            })
    void should_name_what_is_missing(String payload, String message) {
        assertThat(error(Required.class, payload)).isEqualTo(message);
    }

    static Stream<String> values() {
        return Stream.of("0", "-1", "1.5", "1e400", "1e39", "9223372036854775808", "true", "null", "[]", "[[]]", "[null]",
                "{}", "{'a':{}}", "''", "' '", "'x'", "'0'", "'1e400'", "'NaN'", "'2026-01-01'", "'PT1X'");
    }

    @ParameterizedTest
    @MethodSource("values")
    void should_never_name_the_json_library(String value) {
        for (Class<?> type : List.of(Everything.class, Required.class)) {
            for (var component : type.getRecordComponents()) {
                String error = error(type, "{'" + component.getName() + "':" + value + "}");

                assertThat(error)
                        .doesNotContain("`", "Feature", "Coercion", "JsonToken", "VALUE_", "creator", "java.", "Exception");
            }
        }
    }

    /** Empty if the payload fits. */
    private static String error(Class<?> type, String payload) {
        String name = type == Required.class ? "required" : "everything";
        Object decoded = EventCatalog.of(type).decode(name, JsonCodec.parse(payload.replace('\'', '"')));
        return decoded instanceof MalformedPayload malformed ? malformed.error() : "";
    }
}
