package dev.millrace.processors.agent.http;

import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;

/** Answers of providers are read in a time that is linear in their length. */
class AnswerParsersTest {
    @Test
    void should_read_an_error_in_linear_time() {
        LinearTimeCheck.of("error body", text -> ErrorBody.parse(text).failure(400))
                .sampled()
                .check(around("{\"error\":{\"code\":\"429\",\"type\":\"t\",\"message\":\"m\",\"param\":\"p\"}}"));
        ApiKey key = new ApiKey("sk-aaaaaaaa", "key");
        LinearTimeCheck.of("redaction", key::redact).sampled().check(around("sk-abcdefg", " sk-aaaaaaaa"));
    }

    @Test
    void should_read_headers_in_linear_time() {
        LinearTimeCheck.of(
                        "Retry-After",
                        text -> RetryHeaders.retryAfter(
                                Headers.of("retry-after", header(text), "retry-after-ms", header(text)), Instant.EPOCH))
                .sampled()
                .check(around("1.5", "Wed, 21 Oct 2026 07:28:00 GMT"));
    }

    @Test
    void should_read_an_address_in_linear_time() {
        LinearTimeCheck.of("address", text -> BaseUrl.parse(text, "base-url", "https://example.com"))
                .check(List.of(
                        HostileText.within("http://a", "/", "x"),
                        HostileText.within("http://a", "/", ""),
                        HostileText.within("http://", "a.", "")));
    }

    /** What a header can have. */
    private static String header(String text) {
        return new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII)
                .replaceAll("[^ -~]", "x")
                .strip();
    }
}
