package dev.millrace.jsonata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
@Timeout(60)
class HostileExpressionTest {
    private static final JsonNode INPUT = JsonCodec.parse("{\"a\":1,\"s\":\"" + "x".repeat(1000) + "\"}");

    @ParameterizedTest
    @CsvSource(
            delimiterString = "~~",
            quoteCharacter = '@',
            value = {
                "$reduce([1..40], function($s, $i) { $s & $s }, 'x')                         ~~ string of",
                "($f := function($s) { $f($s & $s) }; $f('x'))                               ~~ string of",
                "($f := function($a) { $f($append($a, $a)) }; $f([1]))                       ~~ too large",
                "($f := function($o) { $f({'a': $o, 'b': $o}) }; $f({}))                     ~~ too large",
                "$string($reduce([1..60], function($o, $i) { {'a': $o, 'b': $o} }, {}))          ~~ too large",
                "[1..9999999]                                                                ~~ too large",
                "[1..100000000000]                                                           ~~ must not exceed",
                "[1..100000].[1..100000]                                                     ~~ it ",
                "[1..100000].($x := $; [1..100000].($x * $))                                 ~~ it ",
                "$pad('', 1000000000)                                                        ~~ string of",
                "$pad('', -1000000000, 'ab')                                                 ~~ string of",
                "($s := $pad('', 1000000); $join([1..1000].($s)))                            ~~ too large",
                "$join([1..1000].(''), $pad('', 1000000))                                    ~~ string of",
                "$replace($pad('', 10000), ' ', $pad('', 10000))                             ~~ string of",
                "$replace($pad('', 10000), / /, $pad('', 10000))                             ~~ string of",
                "$map([1..100000].($$.s), $uppercase)                                        ~~ it ",
                "($f := function($n) { 1 + $f($n + 1) }; $f(0))                              ~~ recurses too deeply",
                "($f := function($n) { $f($n + 1) }; $f(0))                                  ~~ it ",
                "$reduce([1..100000], function($o, $i) { {'a': $o} }, {})                        ~~ nests values too deeply",
                "$contains(s, /(x+x+)+y/)                                                      ~~ takes too long",
                "$match(s, /x*x*x*x*x*y/)                                                      ~~ it ",
                "/(x+x+)+y/(s)                                                               ~~ takes too long",
                "s ~> /(x+x+)+y/                                                             ~~ takes too long",
                "$split(s, /(x+x+x+)+z/)                                                   ~~ it ",
                "$round(1.5, 1000000000)                                                     ~~ precision",
                "$fromMillis(0, '[Y0001,*-99999999]')                                        ~~ width",
                "$fromMillis(0, '[Y,99999999-99999999]')                                     ~~ width",
                "$eval('1')                                                                  ~~ $eval is not available",
                "$map(['1'], $eval)                                                          ~~ $eval is not available",
                "$random()                                                                   ~~ $random is not available",
                "$shuffle([1, 2])                                                            ~~ $shuffle is not available",
                "$sum                                                                        ~~ holds a function",
                "{'f': function($x) { $x }}                                                  ~~ holds a function",
                "1 / 0                                                                       ~~ ",
                "$error('mine')                                                              ~~ mine",
                "$undefined(1)                                                               ~~ non-function",
                "$match(s, /x*?/)                                                            ~~ zero length",
            })
    void should_end_with_an_error(String expression, String expected) {
        long before = System.nanoTime();

        assertThatThrownBy(() -> Expression.compile(expression.strip()).evaluate(INPUT))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining(expected == null ? "" : expected);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "($__evaluate_entry := nothing; 1)",
                "function($__evaluate_exit) { 1 }(1)",
                "$match('', /(?:^|^){40}(?!^)/)",
                "$match('', /(?:(?:a*)?){40}(?!)/)",
                "$match('', /(?:a*|b*){40}(?!)/)",
                "$match('', /(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)z/)",
                "(function($x)<(s]*[s]*[s]*[s)>{ $x })(1)",
                "(function($x)<\"(s]*)\">{ $x })(1)",
                "(function($x)/**/<a+a+a+a+a+a+a+a+>{ $x })(1)",
                "(function($x)<x?x?x?x?x?x?x?x?x?x?x?>{ $x })(1)",
                "\uE000",
            })
    void should_refuse_to_compile(String text) {
        assertThatThrownBy(() -> Expression.compile(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cannot compile JSONata: ")
                .hasMessageContaining("position");
    }

    @Test
    void should_bound_the_text_and_its_nesting() {
        assertThatThrownBy(() -> Expression.compile("1" + " ".repeat(16 * 1024)))
                .hasMessageContaining("expressionLength");
        assertThatThrownBy(() -> Expression.compile("(".repeat(8000) + ")".repeat(8000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> Expression.compile("1" + " + 1".repeat(4000)).evaluate(INPUT))
                .hasMessageContaining("too deeply");
        assertThatThrownBy(() -> Expression.compile("-".repeat(16000) + "a").evaluate(INPUT))
                .hasMessageContaining("cannot");
    }

    @Test
    void should_bound_the_input_and_the_result() {
        // given
        EvaluationLimits small = new EvaluationLimits(Duration.ofSeconds(1), 100, 100, 2000, 100, 10_000_000);
        JsonNode deep = IntStream.range(0, 1000)
                .mapToObj(i -> (JsonNode) JsonNodeFactory.instance.arrayNode())
                .reduce((inner, outer) -> ((ArrayNode) outer).add(inner))
                .orElseThrow();

        // then
        assertThatThrownBy(() ->
                        Expression.compile("$", small).evaluate(JsonNodeFactory.instance.textNode("x".repeat(3000))))
                .hasMessageContaining("inputBytes 2000");
        assertThatThrownBy(() -> Expression.compile("s", small).evaluate(INPUT))
                .hasMessageContaining("resultBytes 100");
        assertThatThrownBy(() -> Expression.compile("$").evaluate(deep)).hasMessageContaining("nested too deeply");
    }

    @Test
    void should_bound_what_is_allocated() {
        // given
        EvaluationLimits lean = new EvaluationLimits(Duration.ofSeconds(30), 100, 1000, 2_000_000, 1000, 5_000_000);

        // then
        assertThatThrownBy(() ->
                        Expression.compile("[1..100000].{'a': $}[0]", lean).evaluate(INPUT))
                .hasMessageContaining("allocatedBytes 5000000");
    }

    @Test
    void should_recurse_as_deep_as_allowed_on_a_small_stack() throws Exception {
        // given
        Expression expression = Expression.compile("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(40))");
        String[] answer = new String[1];
        Thread small =
                new Thread(null, () -> answer[0] = expression.evaluate(INPUT).toString(), "small", 512 * 1024);

        // when
        small.start();
        small.join(10_000);

        // then
        assertThat(answer[0]).isEqualTo("Optional[40]");
    }

    @Test
    void should_evaluate_correctly_on_many_threads_while_others_exceed_bounds() throws Exception {
        // given
        Expression honest =
                Expression.compile("$sum($map([1..20], function($n) { $n * $number($match('7', /\\d/).match) }))");
        Expression hostile = Expression.compile("$reduce([1..40], function($s, $i) { $s & $s }, 'x')");
        ExecutorService threads = Executors.newFixedThreadPool(4);

        // when
        var answers = IntStream.range(0, 200)
                .mapToObj(i -> threads.submit((Callable<String>) () -> {
                    if (i % 10 == 0) {
                        assertThatThrownBy(() -> hostile.evaluate(INPUT)).isInstanceOf(EvaluationException.class);
                    }
                    return honest.evaluate(INPUT).toString();
                }))
                .toList();

        // then
        for (Future<String> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("Optional[1470]");
        }
        threads.shutdownNow();
    }
}
