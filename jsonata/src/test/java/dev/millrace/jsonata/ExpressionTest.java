package dev.millrace.jsonata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
    private static final String INPUT = """
            {"type": "order-placed", "createdAt": "2026-01-02T03:04:05.678Z", "offset": 7, "none": null, "empty": [],
             "payload": {"id": 9007199254740993, "huge": 123456789012345678901234567890, "price": 0.10,
                         "text": "a-b-c", "items": [{"n": 1, "ok": true}, {"n": 2}, {"n": 3, "ok": true}]}}
            """;

    @ParameterizedTest
    @CsvSource(
            delimiterString = "~~",
            quoteCharacter = '@',
            value = {
                "type                                           ~~ \"order-placed\"",
                "none                                           ~~ null",
                "payload.items[ok].n                            ~~ [1,3]",
                "$sum(payload.items.n) / 4                      ~~ 1.5",
                "{'id': payload.id, 'at': createdAt}            ~~ {\"id\":9007199254740993,\"at\":\"2026-01-02T03:04:05.678Z\"}",
                "payload.huge                                   ~~ 123456789012345678901234567890",
                "payload.price                                  ~~ 0.1",
                "$string(payload.id)                            ~~ \"9007199254740993\"",
                "type & '!' & offset                            ~~ \"order-placed!7\"",
                "$map(payload.items.n, function($n) { $n * 2 }) ~~ [2,4,6]",
                "$map(['a', 'b'], $uppercase)                   ~~ [\"A\",\"B\"]",
                "($first := $substring(?, 0, 1); $first(type))  ~~ \"o\"",
                "(function($x)<n:n>{ $x + 1 })(1)               ~~ 2",
                "$match(payload.text, /[a-b]/).match            ~~ [\"a\",\"b\"]",
                "$match(payload.text, /([a-c])-/).groups        ~~ [\"a\",\"b\"]",
                "$split(payload.text, /-/)                      ~~ [\"a\",\"b\",\"c\"]",
                "$split(payload.text, /-/, 2)                   ~~ [\"a\",\"b\"]",
                "$replace(payload.text, /([a-c])-/, '$1$$')     ~~ \"a$b$c\"",
                "$replace(payload.text, 'a', 'aa')              ~~ \"aa-b-c\"",
                "$replace(payload.text, '-', '.', 1)            ~~ \"a.b-c\"",
                "$replace('ab', /b/, function($m) { $uppercase($m.match) }) ~~ \"aB\"",
                "$contains(payload.text, /B-C/i)                ~~ true",
                "$contains(payload.text, 'x')                   ~~ false",
                "/b/(payload.text).start                        ~~ 2",
                "payload.text ~> /(b)/ ~> $lookup('groups')     ~~ [\"b\"]",
                "6 / 2 / 3                                      ~~ 1",
                "(1 + 2) /* a comment / */ / 3                  ~~ 1",
                "$pad('ab', 5, '#-')                            ~~ \"ab#-#\"",
                "$pad('ab', -4)                                 ~~ \"  ab\"",
                "$join(['a', 'b', 'c'], ', ')                   ~~ \"a, b, c\"",
                "$sort([3, 1.5, 3000000000, 2])                 ~~ [1.5,2,3,3000000000]",
                "$sort([12345678901234567890, 1.5, 1])          ~~ [1,1.5,12345678901234567000]",
                "$sort($map([3, 1.56, 2], function($n) { $round($n, 1) })) ~~ [1.6,2,3]",
                "$sort([2, 1, 2], function($l, $r) { $l > $r }) ~~ [1,2,2]",
                "$distinct([1, 1.0, payload.price, 0.1])        ~~ [1,0.1]",
                "[payload.items[0].n * 1.0..3]                  ~~ [1,2,3]",
                "[$sqrt(4)..$round(3.2)]                        ~~ [2,3]",
                "$string(1e20)                                  ~~ \"100000000000000000000\"",
                "$substring('abc', payload.missing)             ~~ \"abc\"",
                "$fromMillis(0, '[H01]:[m01]', '+0530')         ~~ \"05:30\"",
                "$now()                                         ~~ \"2026-01-02T03:04:05.678Z\"",
                "$millis()                                      ~~ 1767323045678",
                "[1..3]                                         ~~ [1,2,3]",
                "payload ~> |items|{'n': 0}, 'ok'| ~> function($p) { $p.items.n } ~~ [0,0,0]",
                "payload.items^(>n).n                           ~~ [3,2,1]",
                "$string({'a': [1, 2]})                         ~~ \"{\\\"a\\\":[1,2]}\"",
                "$reduce([1..5], function($a, $b) { $a * $b })  ~~ 120",
                "$boolean(empty)                                ~~ false",
            })
    void should_give_the_results_of_jsonata(String expression, String expected) {
        // when
        Optional<JsonNode> result = Expression.compile(expression.strip()).evaluate(JsonCodec.parse(INPUT));

        // then
        assertThat(result.map(JsonCodec::writeText)).contains(expected);
    }

    @Test
    void should_answer_nothing_when_the_result_is_undefined() {
        assertThat(Expression.compile("payload.nothing").evaluate(JsonCodec.parse(INPUT)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "type = 'order-placed', true",
        "offset, true",
        "payload, true",
        "payload.items.ok, true",
        "nothing, false",
        "none, false",
        "empty, false",
        "0, false",
        "{}, false",
        "[0], false",
        "$sum, false",
        "true, true"
    })
    void should_match_when_the_result_is_true_in_jsonatas_sense(String expression, boolean expected) {
        assertThat(Expression.compile(expression).matches(JsonCodec.parse(INPUT)))
                .isEqualTo(expected);
    }

    @Test
    void should_use_the_given_instant() {
        // given
        Expression expression = Expression.compile("$millis()");

        // then
        assertThat(expression.evaluate(JsonCodec.parse("{}"), Instant.ofEpochMilli(42)))
                .contains(JsonCodec.parse("42"));
        assertThat(expression.evaluate(JsonCodec.parse("{}"))).contains(JsonCodec.parse("0"));
        assertThat(expression.evaluate(JsonCodec.parse("{\"createdAt\":\"soon\"}")))
                .contains(JsonCodec.parse("0"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "~~",
            quoteCharacter = '@',
            value = {
                "payload.(          ~~ position 9",
                "1 +                ~~ position",
                "'abc               ~~ position",
                "$match(a, /[z-a]/) ~~ bad regular expression",
                "$match(a, /b       ~~ a regular expression has no end (position 10)",
                "a /* b             ~~ a comment has no end (position 2)",
                "/*/                ~~ a comment has no end",
                "a b                ~~ position 3",
                "@  @               ~~ it is empty",
            })
    void should_say_what_is_wrong_with_a_text_and_where(String text, String expected) {
        assertThatThrownBy(() -> Expression.compile(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cannot compile JSONata: ")
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "$formatNumber(1, 'a', {'b': 1})         # got a number where a string is expected",
                "[1, 2] ~> | function($x){$x} | {'q': 1} | # got something else where an object is expected",
                "1 ~> | 1 | {'q': 1} |                   # argument 1 of a function has the wrong type",
                "$toMillis('t')                          # Text 't' could not be parsed at index 0",
                "$number('t')                            # For input string: \"t\"",
                "$formatInteger(1, 't')                  # a sequence starting with t is not supported",
                "$sort([1, 'a'])                         # an array of strings or an array of numbers",
                "1 / 0                                   # Number out of range",
                "0 / 0                                   # a number is divided by zero",
                "5 % 0                                   # a number is divided by zero",
                "(0 / 0) + 1                             # a number is divided by zero",
                "'x' & 0 / 0                             # a number is divided by zero",
                "{'a': [1, 2 % (1 - 1)]}                 # a number is divided by zero",
                "[1, 0].(0 / $)                          # a number is divided by zero",
                "$map([1, 0], function($x) {0 / $x})     # a number is divided by zero",
                "$fromMillis(1e300)                      # a function's time is",
                "$fromMillis(0, none.x, '+05:00')        # write it as +HHMM or -HHMM",
                "$substring('t', none)                   # a value of the wrong type, or no value",
                "$power(1, none)                         # a value of the wrong type, or no value",
                "$base64decode('t')                      # a value of the wrong type, or no value",
                "$string(1, null)                        # a value of the wrong type, or no value",
                "$assert(none)                           # a value of the wrong type, or no value",
                "$sift({'a': 1})                         # a value of the wrong type, or no value",
            })
    void should_say_what_failed_without_naming_the_evaluator(String text, String expected) {
        assertThatThrownBy(() -> Expression.compile(text).evaluate(JsonCodec.parse(INPUT)))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining(expected)
                .message()
                .doesNotContain("java", "class", "Exception", "dashjoin");
    }

    @Test
    void should_say_what_failed_when_an_evaluation_fails() {
        assertThatThrownBy(() -> Expression.compile("1 + type").evaluate(JsonCodec.parse(INPUT)))
                .isInstanceOf(EvaluationException.class)
                .hasMessageStartingWith("cannot evaluate JSONata: 1 + type; ")
                .hasMessageContaining("must evaluate to a number");
    }

    @Test
    void should_keep_a_compiled_expression_until_a_hundred_others_were_used() {
        // given
        Expression first = Expression.compile("'kept' & 1");

        // when
        Expression again = Expression.compile("'kept' & 1");
        for (int i = 0; i < 100; i++) {
            Expression.compile("'other' & " + i);
        }

        // then
        assertThat(again).isSameAs(first);
        assertThat(Expression.compile("'kept' & 1")).isNotSameAs(first);
        assertThat(first.text()).isEqualTo("'kept' & 1");
    }

    @Test
    void should_not_remember_variables_from_one_evaluation_to_the_next() {
        // given
        Expression expression = Expression.compile("($seen := $seen ? $seen + 1 : 1; $seen)");

        // then
        assertThat(expression.evaluate(JsonCodec.parse("{}"))).contains(JsonCodec.parse("1"));
        assertThat(expression.evaluate(JsonCodec.parse("{}"))).contains(JsonCodec.parse("1"));
    }

    @Test
    void should_leave_the_input_as_it_is() {
        // given
        JsonNode input = JsonCodec.parse(INPUT);

        // when
        Expression.compile("$ ~> |payload|{'id': 1}, 'text'|").evaluate(input);

        // then
        assertThat(input).isEqualTo(JsonCodec.parse(INPUT));
    }
}
