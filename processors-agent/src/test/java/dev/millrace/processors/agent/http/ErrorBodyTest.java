package dev.millrace.processors.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import java.time.Duration;
import java.time.Instant;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorBodyTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | {'error':{'code':'insufficient_quota','type':'insufficient_quota','message':'m'}} | QUOTA",
                "429 | {'error':{'code':'project_spend_limit_exceeded','message':'m'}} | QUOTA",
                "429 | {'error':{'code':null,'message':'You exceeded your current quota, please check'}} | QUOTA",
                "402 | {'error':{'code':402,'message':'Insufficient credits'}} | QUOTA",
                "429 | {'error':{'code':'rate_limit_exceeded','type':'requests','message':'m'}} | RATE_LIMIT",
                "429 | slow down | RATE_LIMIT",
                "401 | {'error':{'code':'invalid_api_key','type':'invalid_request_error','message':'m'}} | AUTH",
                "403 | <html>no</html> | AUTH",
                "400 | {'error':{'code':'context_length_exceeded','message':'m'}} | CONTEXT_LENGTH",
                "400 | {'object':'error','message':'maximum context length is 4096','code':400} | CONTEXT_LENGTH",
                "400 | {'error':'model is required'} | INVALID_REQUEST",
                "404 | {'detail':'Not Found'} | INVALID_REQUEST",
                "422 | {'detail':[{'loc':['body'],'msg':'field required'}]} | INVALID_REQUEST",
                "302 | '' | INVALID_REQUEST",
                "408 | '' | OVERLOADED",
                "500 | {'error':{'code':null,'type':'server_error','message':'m'}} | OVERLOADED",
                "503 | upstream connect error | OVERLOADED",
                "529 | {'type':'error','error':{'type':'overloaded_error','message':'m'}} | OVERLOADED",
                "400 | {'error':{'type':'invalid_request_error','message':'Your credit balance is too low'}} | QUOTA",
                "400 | {'error':{'type':'invalid_request_error','message':'prompt is too long: 9 tokens > 8'}}"
                        + " | CONTEXT_LENGTH",
                "400 | {'error':{'message':'input length and `max_tokens` exceed context limit: 9 > 8'}} | CONTEXT_LENGTH",
                "0 | {'error':{'code':'made_up','message':'m'}} | UNKNOWN",
                "0 | {'error':{'code':429,'message':'m'}} | RATE_LIMIT",
                "0 | {'error':{'code':'503','message':'m'}} | OVERLOADED",
                "0 | {'message':'m','type':'invalid_request_error'} | INVALID_REQUEST",
                "0 | [{'error':{'code':'server_error','message':'m'}}] | OVERLOADED",
                "0 | {'errors':[{'code':'server_error','message':'m'}]} | OVERLOADED"
            })
    void should_say_what_helps(int status, String body, FailureKind expected) {
        ModelFailure failure = ErrorBody.parse(body.replace('\'', '"')).failure(status);

        assertThat(failure.kind()).isEqualTo(expected);
        assertThat(failure.retryable()).isEqualTo(expected.isRetryable());
        assertThat(failure.message()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'error':{'message':'nested'}} | nested",
                "{'message':'flat'} | flat",
                "{'error':'plain'} | plain",
                "{'detail':[{'msg':'field'}]} | [{'msg':'field'}]",
                "{'error':{}} | no error message",
                "plain text | plain text",
                "'' | no error body"
            })
    void should_find_the_words_in_a_body_of_any_shape(String body, String message) {
        assertThat(ErrorBody.parse(body.replace('\'', '"')).message()).isEqualTo(message.replace('\'', '"'));
    }

    @Test
    void should_bound_a_message() {
        assertThat(ErrorBody.parse("😀".repeat(10_000)).message()).isEqualTo("😀".repeat(500) + "…");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after | 7 | PT7S",
                "retry-after | 0.5 | PT0.5S",
                "retry-after-ms | 250 | PT0.25S",
                "retry-after | Thu, 01 Jan 2026 00:00:30 GMT | PT30S",
                "retry-after | Wed, 31 Dec 2025 00:00:30 GMT | PT0S"
            })
    void should_read_how_long_to_wait(String name, String value, Duration expected) {
        assertThat(RetryHeaders.retryAfter(Headers.of(name, value), NOW)).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"retry-after | soon", "retry-after | -1", "retry-after-ms | NaN", "retry-after | 1e99", "x | 1"})
    void should_not_stumble_over_a_form_it_does_not_know(String name, String value) {
        assertThat(RetryHeaders.retryAfter(Headers.of(name, value), NOW)).isEmpty();
    }

    @Test
    void should_never_show_a_key() {
        ApiKey key = new ApiKey(" local-secret-1234 ", "x.api-key");

        assertThat(key.redact("bad key local-secret-1234 and sk-proj-abc***********xyz."))
                .doesNotContain("local-secret")
                .doesNotContain("sk-proj");
        assertThat(key).hasToString("[redacted]");
        assertThat(new ApiKey("", "x.api-key")).hasToString("none");
    }
}
