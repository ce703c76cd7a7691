package dev.millrace.processors.script.internal.fetch;

import static dev.millrace.contracts.text.HostileTexts.around;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.script.internal.sandbox.ScriptEngine;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests of scripts and answers to them are read in a time that is linear in their length. */
class FetchParsersTest {
    @Test
    void should_read_a_request_in_linear_time() {
        LinearTimeCheck.of("URL", text -> FetchRequest.read(JsonCodec.toTree(Map.of("url", text, "method", "GET"))))
                .refusingWith(ScriptEngine.Refusal.class)
                .sampled()
                .check(around("https://example.com:8443/a?b=c"));
        LinearTimeCheck.of(
                        "header",
                        text -> FetchRequest.read(JsonCodec.toTree(
                                Map.of("url", "http://a/", "method", text, "headers", List.of(List.of(text, text))))))
                .refusingWith(ScriptEngine.Refusal.class)
                .sampled()
                .check(around("GET"));
        LinearTimeCheck.of("hosts", EgressAllowList::of).sampled().check(around("example.com, 10.0.0.1:80,[::1]:80"));
    }

    @Test
    void should_send_half_a_surrogate_pair_as_the_replacement_character() {
        FetchRequest request = FetchRequest.read(JsonCodec.toTree(
                Map.of("url", "http://a/\ud83d?q=\ude00", "method", "POST", "body", "{\"text\":\"cut \ud83d\"}")));

        assertThat(new String(request.body().orElseThrow(), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"cut \ufffd\"}");
        assertThat(request.url()).hasToString("http://a/%EF%BF%BD?q=%EF%BF%BD");
    }

    @Test
    void should_redact_an_answer_in_linear_time() {
        ResponseRedactor redactor = new ResponseRedactor(Map.of("a", "aaaaaaaa", "b", "&&&&&%%%", "c", "99999999999"));
        LinearTimeCheck.of("answer", redactor::whole)
                .sampled()
                .check(around("&#x61;aaa", "%61a%61a", "YWFhYWFhYWE", "\\u0061"));
    }

    @Test
    void should_find_references_to_secrets_in_linear_time() {
        LinearTimeCheck.of("references", text -> new SecretReferences(name -> Optional.of("s")).resolve(text))
                .sampled()
                .check(around("getIterateSecret({secretKey: 'a'})", "getIterateSecret%28%7BsecretKey%3A%22a%22%7D%29"));
        LinearTimeCheck.of("references", text -> new SecretReferences(name -> Optional.of("s")).resolve(text))
                .check(List.of(
                        HostileText.repeated("getIterateSecret("),
                        HostileText.repeated("getIterateSecret({secretKey: 'a"),
                        HostileText.within("getIterateSecret(", " ", "{")));
    }
}
