package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookVerifyCommandTest {
    private static final String SECRET = "It's a Secret";
    private static final String BODY = "{\"action\":\"created\"}";

    @TempDir
    Path directory;

    private Screen verify(int code, String request, String secret, String... more) throws IOException {
        Path file = Files.writeString(directory.resolve("secret.txt"), secret);
        String[] args = new String[4 + more.length];
        args[0] = "webhook";
        args[1] = "verify";
        args[2] = "--secret-file";
        args[3] = file.toString();
        System.arraycopy(more, 0, args, 4, more.length);
        Screen screen = Screen.pipe(request);
        assertThat(screen.run(args)).as(screen.err()).isEqualTo(code);
        assertThat(screen.out() + screen.err()).doesNotContain(SECRET);
        return screen;
    }

    /** What the command says of a request in the scheme of GitHub that is not verified. */
    private String github(String request, String secret) throws IOException {
        Screen screen = verify(1, request, secret, "--scheme", "github");
        assertThat(screen.err()).startsWith("millrace: not verified: ").hasLineCount(1);
        return screen.err();
    }

    private static String signed(String body) {
        return "POST /inbox HTTP/1.1\r\nHost: localhost\r\nX-GitHub-Delivery: 72d3162e\r\nX-Hub-Signature-256: sha256="
                + hex(SECRET, body) + "\r\n\r\n";
    }

    private static String hex(String secret, String text) {
        return HexFormat.of().formatHex(hmac(secret, text));
    }

    private static byte[] hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void should_verify_a_raw_request() throws IOException {
        assertThat(verify(0, signed(BODY) + BODY, SECRET, "--scheme", "github").out())
                .isEqualTo("verified: github, delivery 72d3162e" + System.lineSeparator());
        String withoutLineAndCr = signed(BODY).replaceFirst("POST.*\r\n", "").replace("\r\n", "\n");
        verify(0, withoutLineAndCr + BODY, SECRET + "\n", "--scheme", "github");
        verify(0, signed("a\r\n\n") + "a\r\n\n", SECRET + "\r\n", "--scheme", "github");
        verify(0, signed(""), SECRET, "--scheme", "github");
    }

    @Test
    void should_say_which_header_is_there_instead() throws IOException {
        String slack = "X-Slack-Request-Timestamp: 1767268800\nX-Slack-Signature: v0="
                + hex(SECRET, "v0:1767268800:" + BODY) + "\n\n" + BODY;

        assertThat(github(slack, SECRET))
                .contains("there is no header x-hub-signature-256; there is the header x-slack-signature of the scheme"
                        + " slack, with which it verifies");
        assertThat(github(slack, "other")).contains("of the scheme slack").doesNotContain("with which");
        assertThat(github("Host: a\n\n", SECRET)).endsWith("no header x-hub-signature-256" + System.lineSeparator());
        assertThat(github("X-Hub-Signature-256: sha1=12\n\n", SECRET)).contains("must be 'sha256=' and");
    }

    @Test
    void should_find_a_mistake_in_the_secret() throws IOException {
        String request = signed(BODY) + BODY;
        assertThat(github(request, " " + SECRET + "\n\n")).contains("the secret without the white space around it");
        assertThat(github(request, "\"" + SECRET + "\"\n")).contains("the secret without its quotation marks");
        assertThat(github(request, "whsec_" + SECRET)).contains("the secret without whsec_");
        assertThat(github(request, "wrong"))
                .contains("differs: it was made with another secret", "copy the secret again");

        String withBreak = "X-Hub-Signature-256: sha256=" + hex(SECRET + "\n", BODY) + "\n\n" + BODY;
        assertThat(github(withBreak, SECRET + "\n")).contains("with the line break at the end of its file");
        assertThat(github(withBreak, SECRET)).contains("the sender has one too much");
    }

    @Test
    void should_find_a_change_of_the_body() throws IOException {
        assertThat(github(signed(BODY) + BODY + "\n", SECRET)).contains("the body without the line break at its end");
        assertThat(github(signed("a\n") + "a", SECRET)).contains("a line break at the end of the body");
        assertThat(github(signed("a\nb\n") + "a\r\nb\r\n", SECRET)).contains("LF in place of CRLF in the body");
        assertThat(github(signed("a\r\nb\r\n") + "a\nb\n", SECRET)).contains("CRLF in place of LF in the body");
        assertThat(github("Content-Length: 3\n" + signed("abc").replaceFirst("POST.*\r\n", "") + "abcdef", SECRET))
                .contains("the first 3 bytes of the body, which is its Content-Length");
        assertThat(github("Content-Length: 4\n" + signed("abcd").replaceFirst("POST.*\r\n", "") + "abc", SECRET))
                .contains("the body has 3 bytes, but its Content-Length is 4: it was changed after it was sent");
    }

    @Test
    void should_say_how_far_the_time_is_from_the_clock() throws IOException {
        String stripe = "Stripe-Signature: t=1767268800,v1=" + hex(SECRET, "1767268800." + BODY) + "\n\n" + BODY;

        verify(0, stripe, SECRET, "--scheme", "stripe", "--now", "2026-01-01T12:05:00Z");
        assertThat(verify(1, stripe, SECRET, "--scheme", "stripe", "--now", "2026-01-01T12:06:00Z")
                        .err())
                .contains("2026-01-01T12:00:00Z is PT6M before the receiver's clock", "set the clock");
        verify(0, stripe, SECRET, "--scheme", "stripe", "--now", "2026-01-01T11:54:00Z", "--tolerance", "PT6M");
        assertThat(verify(1, stripe, SECRET, "--scheme", "stripe").err())
                .contains("not verified: the signature is right");
    }

    @Test
    void should_find_out_that_a_secret_was_not_read_as_base64() throws IOException {
        String secret = Base64.getEncoder().encodeToString("a secret".getBytes(UTF_8));
        String head = "webhook-id: m1\nwebhook-timestamp: 1767268800\nwebhook-signature: v1,";
        String[] options = {"--scheme", "standard-webhooks", "--now", "2026-01-01T12:00:00Z"};
        String text = "m1.1767268800." + BODY;

        verify(0, head + base64(hmac("a secret", text)) + "\n\n" + BODY, "whsec_" + secret + "\n", options);
        assertThat(verify(1, head + base64(hmac(secret, text)) + "\n\n" + BODY, "whsec_" + secret, options)
                        .err())
                .contains("the secret as text, not read as base64");
        assertThat(verify(1, "a: b\n\n", "no base64!", options).err())
                .contains("secret.txt: the secret of standard-webhooks must be base64");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void should_verify_with_the_options_of_hmac() throws IOException {
        String request =
                "X-Sig: p=" + base64(hmac(SECRET, "1767268800." + BODY)) + "\nX-Time: 1767268800\nX-Id: d1\n\n" + BODY;

        assertThat(verify(
                                0,
                                request,
                                SECRET,
                                "--scheme",
                                "hmac",
                                "--header",
                                "X-Sig",
                                "--algorithm",
                                "sha256",
                                "--encoding",
                                "base64",
                                "--prefix",
                                "p=",
                                "--timestamp-header",
                                "X-Time",
                                "--id-header",
                                "X-Id",
                                "--now",
                                "2026-01-01T12:00:00Z")
                        .out())
                .startsWith("verified: hmac, delivery d1");
    }

    @Test
    void should_refuse_options_that_do_not_fit_the_scheme() throws IOException {
        assertThat(verify(2, "", SECRET, "--scheme", "gitlab").err())
                .contains("--scheme must be github, slack, standard-webhooks, stripe or hmac, got 'gitlab'");
        assertThat(verify(2, "", SECRET, "--scheme", "github", "--prefix", "a").err())
                .contains("--prefix is only for --scheme hmac, but the scheme is github");
        assertThat(verify(2, "", SECRET, "--scheme", "hmac").err()).contains("needs --header");
        assertThat(verify(2, "", SECRET, "--scheme", "hmac", "--header", "X", "--algorithm", "md5")
                        .err())
                .contains("algorithm must be sha1, sha256 or sha512");
        assertThat(verify(2, "", SECRET, "--scheme", "github", "--tolerance", "PT1M")
                        .err())
                .contains("have no time");
        assertThat(verify(2, "", SECRET, "--scheme", "stripe", "--tolerance", "1m")
                        .err())
                .contains("--tolerance must be a duration, for example PT5M, got '1m'");
        assertThat(verify(2, "", SECRET, "--scheme", "stripe", "--tolerance", "-PT1M")
                        .err())
                .contains("must not be negative");
        assertThat(verify(2, "", SECRET, "--scheme", "stripe", "--now", "today").err())
                .contains("--now must be a time");
        assertThat(Screen.pipe().run("webhook")).isEqualTo(2);
    }

    @Test
    void should_say_that_the_input_is_no_request() throws IOException {
        assertThat(verify(1, "", SECRET, "--scheme", "github").err()).contains("has no headers");
        assertThat(verify(1, "Host: a\nnonsense\n", SECRET, "--scheme", "github")
                        .err())
                .contains("line 2 is no header 'Name: value'");
        assertThat(verify(1, BODY, SECRET, "--scheme", "github").err())
                .contains("is not one invalid-event-appended event with payload.request.headers");
        assertThat(verify(1, "{", SECRET, "--scheme", "github").err()).contains("is not one JSON value");
        assertThat(verify(1, " ", " ", "--scheme", "github").err()).contains("the secret is empty");
    }

    @Test
    void should_verify_the_request_of_an_event() throws IOException {
        verify(0, event(BODY, BODY, ""), SECRET, "--scheme", "github");
        verify(0, "[" + event(BODY, "{\"action\": \"created\" }", "") + "]", SECRET, "--scheme", "github");
        verify(0, event("a=b", "{\"contentType\": \"x\", \"body\": \"a=b\"}", ""), SECRET, "--scheme", "github");
        verify(
                0,
                event("é", "{\"body\": \"" + base64("é".getBytes(UTF_8)) + "\", \"encoding\": \"base64\"}", ""),
                SECRET,
                "--scheme",
                "github");
        verify(0, event("", "null", ""), SECRET, "--scheme", "github");
        String bytes = "\"bodyBase64\": \"" + base64("{ }".getBytes(ISO_8859_1)) + "\", ";
        verify(0, event("{ }", "{}", bytes), SECRET, "--scheme", "github");

        assertThat(verify(1, event("{ }", "{}", ""), SECRET, "--scheme", "github")
                        .err())
                .contains("the bytes of the body cannot be had", "the sender used other white space");
    }

    @Test
    void should_take_the_time_of_the_event_for_the_clock() throws IOException {
        String stripe = event(BODY, BODY, "")
                .replaceFirst(
                        "\"x-hub[^}]*\"}",
                        "\"stripe-signature\": [\"t=1767268800,v1=" + hex(SECRET, "1767268800." + BODY) + "\"]}");

        verify(0, stripe, SECRET, "--scheme", "stripe");
        verify(1, stripe, SECRET, "--scheme", "stripe", "--now", "2026-01-01T12:06:00Z");
    }

    @Test
    void should_say_that_a_header_is_only_a_hash() throws IOException {
        String event = event(BODY, BODY, "")
                .replaceFirst(
                        "\"x-hub[^}]*\"}", "\"x-token\": \"sha256:" + "a".repeat(32) + ":" + "b".repeat(64) + "\"}");

        assertThat(verify(1, event, SECRET, "--scheme", "hmac", "--header", "X-Token")
                        .err())
                .contains("stored only a hash of this header");
    }

    private static String event(String body, String rawInput, String more) {
        return "{\"type\": \"https://events.iterate.com/events/stream/invalid-event-appended\", \"payload\": {\"rawInput\": "
                + rawInput + ", \"request\": {\"method\": \"POST\", \"headers\": {\"x-hub-signature-256\": \"sha256="
                + hex(SECRET, body) + "\"}, " + more + "\"bodySha256\": \"" + sha256(body)
                + "\"}}, \"createdAt\": \"2026-01-01T12:00:00.000Z\"}";
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
