package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.jsonata.EvaluationThreads;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ?jsonataTransform=}, as the sender of a webhook sees it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class BodyTransformTest {
    private final String stream = freshStream();
    private RunningServer millrace;

    @BeforeAll
    void start() {
        millrace = new RunningServer();
    }

    @AfterAll
    void stop() throws Exception {
        millrace.close();
    }

    private static String with(String stream, String expression) {
        return api(stream) + "?jsonataTransform=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
    }

    private void assertUntouched() {
        assertThat(millrace.history(stream).events()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void should_not_wait_for_endless_transforms_of_another_project() {
        CountDownLatch gate = new CountDownLatch(1);
        for (int i = 0; i < 60; i++) {
            EvaluationThreads.of(ProjectSlug.of("busy"), StreamPath.of("/" + i)).execute(() -> {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        Answer answer = millrace.post(with(freshStream(), "{'type': 'said'}"), "{}");

        assertThat(answer.status()).isEqualTo(200);
        gate.countDown();
    }

    @Test
    void should_append_what_the_expression_makes_of_any_body() {
        // given
        String slack = "{\"event\":{\"text\":\"hello\",\"ts\":9007199254740993},\"team_id\":\"T1\"}";

        // when
        Answer answer = millrace.post(
                with(
                        freshStream(),
                        "{'type': 'slack-message', 'payload': {'text': event.text, 'ts': event.ts},"
                                + " 'idempotencyKey': 'slack/' & event.ts, 'metadata': {'team': team_id}}"),
                slack);

        // then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.event().path("type").textValue()).isEqualTo("slack-message");
        assertThat(answer.event().path("payload"))
                .isEqualTo(JsonCodec.parse("{\"text\":\"hello\",\"ts\":9007199254740993}"));
        assertThat(answer.event().path("metadata")).isEqualTo(JsonCodec.parse("{\"team\":\"T1\"}"));
        assertThat(answer.event().path("idempotencyKey").textValue()).isEqualTo("slack/9007199254740993");
    }

    @Test
    void should_append_a_batch_when_the_expression_answers_events() {
        // given
        String target = with(freshStream(), "{'events': [items.{'type': 'item', 'payload': {'id': $}}]}");

        // when
        Answer answer = millrace.post(target, "{\"items\":[1,2]}");
        Answer one = millrace.post(target, "{\"items\":[3]}");

        // then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("events")).hasSize(2);
        assertThat(answer.json().at("/events/1/payload/id").intValue()).isEqualTo(2);
        assertThat(one.json().path("events")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "application/json                  | [1, 2]              | $[1]",
                "application/yaml                  | a: [1, 2]           | a[1]",
                "application/x-www-form-urlencoded | n=2&m=1             | $number(form.n)",
                "text/plain                        | 2                   | $number(body)",
                "application/json                  | {\"event\":{\"a\":2}} | event.a",
            })
    void should_read_every_kind_of_body(String contentType, String body, String number) {
        Answer answer = millrace.send(
                "POST",
                with(freshStream(), "{'type': 'a', 'payload': {'n': " + number + "}}"),
                body,
                "Content-Type",
                contentType);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.event().at("/payload/n").intValue()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':                                                 | invalid_jsonata_transform: cannot compile",
                "                                                         | invalid_jsonata_transform: cannot compile",
                "1 + 'a'                                                  | invalid_jsonata_transform: cannot evaluate",
                "($f := function($s) { $f($s & $s) }; $f('x'))            | invalid_jsonata_transform: cannot evaluate",
                "$eval('1')                                               | invalid_jsonata_transform: cannot evaluate",
            })
    void should_refuse_an_expression_that_is_bad(String expression, String message) {
        Answer answer = millrace.post(with(stream, expression == null ? "" : expression), "{}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("message").textValue()).startsWith(message);
        assertThat(answer.json().at("/data/issues/0/path/0").textValue()).isEqualTo("jsonataTransform");
        assertUntouched();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                                                   | type",
                "$.nothing                                            | event",
                "'text'                                               | event",
                "{'type': 'a', 'payload': [1], 'more': 1}             | payload more",
                "{'type': 'a', 'idempotencyKey': 'millrace/x'}        | idempotencyKey",
                "{'events': []}                                       | events",
                "{'events': [{'type': 'a'}, {'type': 1}]}             | events.1.type",
                "{'type': 'https://events.iterate.com/events/stream/paused', 'payload': {'reason': 1}} | payload.reason",
            })
    void should_refuse_a_result_that_is_no_event(String expression, String fields) {
        Answer answer = millrace.post(with(stream, expression), "{}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(StreamSupport.stream(answer.json().at("/data/issues").spliterator(), false)
                        .map(issue -> issue.at("/path/0").textValue()))
                .containsExactly(fields.split(" "));
        assertUntouched();
    }

    @Test
    void should_refuse_a_body_that_does_not_parse_or_is_too_large() {
        Answer malformed = millrace.post(with(stream, "$"), "{\"a\": }");
        Answer trailing = millrace.post(with(stream, "$"), "{} {}");
        Answer large = millrace.post(with(stream, "$"), "[\"" + "x".repeat(1024 * 1024) + "\"]");

        assertThat(malformed.status()).isEqualTo(400);
        assertThat(malformed.body()).contains("line 1, column 7");
        assertThat(trailing.status()).isEqualTo(400);
        assertThat(large.status()).isEqualTo(413);
        assertUntouched();
    }
}
