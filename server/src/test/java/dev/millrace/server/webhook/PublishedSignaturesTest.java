package dev.millrace.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.webhook.Verification.Outcome;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Signatures that the senders' documents show, or that other programs made (Python 3 and OpenSSL). */
class PublishedSignaturesTest {
    private static final Instant SVIX = Instant.ofEpochSecond(1_614_265_330);

    private static SignedRequest request(String body, Map<String, String> headers) {
        Map<String, List<String>> lists = new HashMap<>();
        headers.forEach((name, value) -> lists.put(name, List.of(value)));
        return new SignedRequest(lists, body.getBytes(UTF_8));
    }

    @Test
    void should_verify_the_example_of_github() {
        Verification result = SignatureScheme.of("github", "It's a Secret to Everybody")
                .verify(
                        request(
                                "Hello, World!",
                                Map.of(
                                        "X-Hub-Signature-256",
                                        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
                                        "X-GitHub-Delivery",
                                        "72d3162e-cc78-11e3-81ab-4c9367dc0958")),
                        Instant.EPOCH);

        assertThat(result.outcome()).isEqualTo(Outcome.VERIFIED);
        assertThat(result.deliveryId()).contains("72d3162e-cc78-11e3-81ab-4c9367dc0958");
        assertThat(result.message()).isEqualTo("github, delivery 72d3162e-cc78-11e3-81ab-4c9367dc0958");
    }

    @Test
    void should_verify_the_example_of_slack() {
        String body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
                + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
                + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
                + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        Verification result = SignatureScheme.of("slack", "8f742231b10e8888abcd99yyyzzz85a5")
                .verify(
                        request(
                                body,
                                Map.of(
                                        "X-Slack-Signature",
                                        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                                        "X-Slack-Request-Timestamp",
                                        "1531420618")),
                        Instant.ofEpochSecond(1_531_420_618));

        assertThat(result.outcome()).isEqualTo(Outcome.VERIFIED);
        assertThat(result.deliveryId()).isEmpty();
        assertThat(result.message()).isEqualTo("slack, without a delivery id");
    }

    @Test
    void should_verify_an_example_of_standard_webhooks() {
        assertStandard("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assertStandard("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void should_verify_an_ed25519_signature_of_openssl() {
        assertStandard(
                "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
                "v1a,yoUrgEkc12aGqm0n4Sydmdz55xJfTz4AsAgieHFjmkR7LJtqVCZOQYzvvHjI5kAey+r4iaBGxTFRrl2iBQxtDQ==");
    }

    private static void assertStandard(String secret, String signature) {
        Verification result = SignatureScheme.of("standard-webhooks", secret)
                .verify(
                        request(
                                "{\"test\": 2432232314}",
                                Map.of(
                                        "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                        "webhook-timestamp", "1614265330",
                                        "webhook-signature", signature)),
                        SVIX);

        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.VERIFIED);
        assertThat(result.deliveryId()).contains("msg_p5jXN8AQM9LWM0D4loKWxJek");
    }

    @Test
    void should_verify_a_signature_of_stripe_made_with_python() {
        Verification result = SignatureScheme.of("stripe", "whsec_test_secret")
                .verify(
                        request(
                                "{\n  \"id\": \"evt_1\",\n  \"object\": \"event\"\n}",
                                Map.of(
                                        "Stripe-Signature",
                                        "t=1492774577,v1=a4d20b96f5937364811ea5d559b328a268a34a5334ab6acdada609af4e86b336,"
                                                + "v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39")),
                        Instant.ofEpochSecond(1_492_774_577));

        assertThat(result.outcome()).isEqualTo(Outcome.VERIFIED);
        assertThat(result.deliveryId()).contains("evt_1");
    }
}
