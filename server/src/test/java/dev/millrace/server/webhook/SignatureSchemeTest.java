package dev.millrace.server.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.webhook.Verification.Outcome;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureSchemeTest {
    private static final String SECRET = "a secret of the sender";
    private static final byte[] KEY = SECRET.getBytes(UTF_8);
    private static final Instant NOW = Instant.ofEpochSecond(1_767_268_800);
    private static final String BODY =
            "{\"a\": {\"id\": \"no\"}, \"id\": \"evt_1\", \"event_id\": \"Ev1\", \"text\": \"ü\"}";
    private static final KeyPair PAIR = keyPair();

    /** A scheme with a request that it verifies. */
    private record Case(SignatureScheme scheme, Map<String, List<String>> headers, String deliveryId) {
        Verification verify(Map<String, List<String>> changed, byte[] body, Instant now) {
            return scheme.verify(new SignedRequest(changed, body), now);
        }

        Verification verify(Instant now) {
            return verify(headers, BODY.getBytes(UTF_8), now);
        }

        /** With another value of the header of the signature. */
        Verification verify(String... signature) {
            return verify(with(scheme.header(), signature), BODY.getBytes(UTF_8), NOW);
        }

        String signature() {
            return headers.getOrDefault(scheme.header(), List.of()).get(0);
        }

        Map<String, List<String>> with(String header, String... values) {
            Map<String, List<String>> changed = new HashMap<>(headers);
            changed.put(header, List.of(values));
            return changed;
        }

        @Override
        public String toString() {
            return scheme + " " + scheme.header();
        }
    }

    private static Case github() {
        return new Case(
                SignatureScheme.of("github", SECRET),
                Map.of(
                        "x-hub-signature-256", List.of("sha256=" + hex("HmacSHA256", BODY)),
                        "x-github-delivery", List.of("72d3162e")),
                "72d3162e");
    }

    private static Case stripe() {
        return new Case(
                SignatureScheme.of("stripe", SECRET),
                Map.of(
                        "stripe-signature",
                        List.of("t=" + seconds() + ",v1=" + hex("HmacSHA256", seconds() + "." + BODY))),
                "evt_1");
    }

    private static Case slack() {
        return new Case(
                SignatureScheme.of("slack", SECRET),
                Map.of(
                        "x-slack-signature",
                        List.of("v0=" + hex("HmacSHA256", "v0:" + seconds() + ":" + BODY)),
                        "x-slack-request-timestamp",
                        List.of(seconds())),
                "Ev1");
    }

    private static Case standard() {
        return new Case(
                SignatureScheme.of("standard-webhooks", "whsec_" + base64(KEY)),
                standardHeaders("v1," + base64(Signer.hmac("HmacSHA256", KEY, "msg_1." + seconds() + "." + BODY))),
                "msg_1");
    }

    private static Case ed25519() {
        byte[] x509 = PAIR.getPublic().getEncoded();
        return new Case(
                SignatureScheme.of(
                        "standard-webhooks", "whpk_" + base64(Arrays.copyOfRange(x509, x509.length - 32, x509.length))),
                standardHeaders("v1a," + base64(ed25519("msg_1." + seconds() + "." + BODY))),
                "msg_1");
    }

    private static Map<String, List<String>> standardHeaders(String signature) {
        return Map.of(
                "webhook-id", List.of("msg_1"),
                "webhook-timestamp", List.of(seconds()),
                "webhook-signature", List.of(signature));
    }

    private static Case hmac() {
        HmacFormat format =
                new HmacFormat("X-Signature", "sha512", "base64", "sig ", Optional.of("X-Time"), Optional.of("X-Id"));
        return new Case(
                SignatureScheme.hmac(format, SECRET),
                Map.of(
                        "x-signature",
                        List.of("sig " + base64(Signer.hmac("HmacSHA512", KEY, seconds() + "." + BODY))),
                        "x-time",
                        List.of(seconds()),
                        "x-id",
                        List.of("d-1")),
                "d-1");
    }

    private static Case sha1() {
        HmacFormat format = new HmacFormat("X-Sha1", "sha1", "hex", "", Optional.empty(), Optional.empty());
        return new Case(SignatureScheme.hmac(format, SECRET), Map.of("x-sha1", List.of(hex("HmacSHA1", BODY))), "");
    }

    static Stream<Case> all() {
        return Stream.of(github(), stripe(), slack(), standard(), ed25519(), hmac(), sha1());
    }

    static Stream<Case> timed() {
        return all().filter(one -> one.scheme().hasTime());
    }

    private static String seconds() {
        return Long.toString(NOW.getEpochSecond());
    }

    private static String hex(String algorithm, String text) {
        return HexFormat.of().formatHex(Signer.hmac(algorithm, KEY, text));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static KeyPair keyPair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] ed25519(String text) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(PAIR.getPrivate());
            signature.update(text.getBytes(UTF_8));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_verify_what_the_sender_signed(Case one) {
        Verification result = one.verify(NOW);

        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.VERIFIED);
        assertThat(result.deliveryId()).isEqualTo(Optional.of(one.deliveryId()).filter(id -> !id.isEmpty()));
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_refuse_a_request_with_one_bit_changed(Case one) {
        one.headers().forEach((name, values) -> {
            boolean isSigned = !name.equals("x-github-delivery") && !name.equals("x-id");
            byte[] value = values.get(0).getBytes(ISO_8859_1);
            for (int bit = 0; isSigned && bit < value.length * 8; bit++) {
                String changed = new String(flipped(value, bit), ISO_8859_1);
                if (!isSameInOtherCase(values.get(0), changed)
                        || one.scheme().header().startsWith("webhook")) {
                    Verification result = one.verify(one.with(name, changed), BODY.getBytes(UTF_8), NOW);
                    assertThat(result.isVerified())
                            .as("bit %s of %s: %s", bit, name, changed)
                            .isFalse();
                }
            }
        });
        byte[] body = BODY.getBytes(UTF_8);
        for (int bit = 0; bit < body.length * 8; bit += 3) {
            assertThat(one.verify(one.headers(), flipped(body, bit), NOW).outcome())
                    .isEqualTo(Outcome.DIFFERENT);
        }
    }

    /** Hexadecimal digits may have either case; those are the only two texts of one signature. */
    private static boolean isSameInOtherCase(String value, String changed) {
        int at = Arrays.mismatch(value.toCharArray(), changed.toCharArray());
        return value.equalsIgnoreCase(changed) && value.substring(at).matches("[0-9a-f]+");
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << (bit % 8));
        return changed;
    }

    @ParameterizedTest
    @MethodSource("timed")
    void should_accept_a_time_at_the_tolerance_and_refuse_one_beyond_it(Case one) {
        Duration most = SignatureScheme.DEFAULT_TOLERANCE;
        assertThat(one.verify(NOW.plus(most)).outcome()).isEqualTo(Outcome.VERIFIED);
        assertThat(one.verify(NOW.minus(most)).outcome()).isEqualTo(Outcome.VERIFIED);

        Verification late = one.verify(NOW.plus(most).plusMillis(1));
        Verification early = one.verify(NOW.minus(most).minusMillis(1));
        assertThat(late.outcome()).isEqualTo(Outcome.OUT_OF_TIME);
        assertThat(late.message()).contains("is PT5M0.001S before the receiver's clock", "tolerance is PT5M");
        assertThat(early.outcome()).isEqualTo(Outcome.OUT_OF_TIME);
        assertThat(early.message()).contains("is PT5M0.001S after the receiver's clock");
        assertThat(early.deliveryId()).isEmpty();
        assertThat(one.scheme()
                        .withTolerance(Duration.ofHours(1))
                        .verify(new SignedRequest(one.headers(), BODY.getBytes(UTF_8)), NOW.plusSeconds(3600))
                        .isVerified())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_need_only_one_right_signature_of_several(Case one) {
        String wrong = wrong(one);
        assertThat(one.verify(wrong, one.signature()).isVerified()).isTrue();
        assertThat(one.verify(one.signature(), wrong).isVerified()).isTrue();
        assertThat(one.verify("", "nonsense", one.signature()).isVerified()).isTrue();
        assertThat(one.verify(wrong, wrong).outcome()).isEqualTo(Outcome.DIFFERENT);
    }

    /** A signature in the right form, by another key. */
    private static String wrong(Case one) {
        int middle = one.signature().length() - 20;
        return one.signature().substring(0, middle) + "AAAAAAAA"
                + one.signature().substring(middle + 8);
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_compare_at_most_20_signatures(Case one) {
        String[] many = new String[SignatureFormat.MOST_SIGNATURES + 1];
        Arrays.fill(many, wrong(one));
        many[SignatureFormat.MOST_SIGNATURES - 1] = one.signature();
        assertThat(one.verify(many).isVerified()).isTrue();

        many[SignatureFormat.MOST_SIGNATURES - 1] = wrong(one);
        many[SignatureFormat.MOST_SIGNATURES] = one.signature();
        assertThat(one.verify(many).outcome()).isEqualTo(Outcome.DIFFERENT);
    }

    @Test
    void should_find_a_right_signature_among_those_in_one_value() {
        Case stripe = stripe();
        String v1 = stripe.signature().substring(stripe.signature().indexOf("v1="));
        assertThat(stripe.verify("t=" + seconds() + ",v1=" + "ab".repeat(32) + "," + v1)
                        .isVerified())
                .isTrue();
        assertThat(stripe.verify("t=" + seconds() + ", " + v1 + ",v0=zz").isVerified())
                .isTrue();

        Case standard = standard();
        assertThat(standard.verify("v1a,AAAA v1," + base64(new byte[32]) + " " + standard.signature())
                        .isVerified())
                .isTrue();
    }

    @Test
    void should_refuse_another_version() {
        Case stripe = stripe();
        assertThat(stripe.verify(stripe.signature().replace("v1=", "v0=")).outcome())
                .isEqualTo(Outcome.MALFORMED);
        Case slack = slack();
        assertThat(slack.verify(slack.signature().replace("v0=", "v1=")).outcome())
                .isEqualTo(Outcome.MALFORMED);
        Case standard = standard();
        assertThat(standard.verify(standard.signature().replace("v1,", "v1a,")).message())
                .contains("no signature 'v1,<base64>'", "this secret");
        Case ed25519 = ed25519();
        assertThat(ed25519.verify(ed25519.signature().replace("v1a,", "v1,")).message())
                .contains("no signature 'v1a,<base64>'", "this public key");
    }

    @Test
    void should_accept_upper_case_digits() {
        Case github = github();
        String digits = github.signature().substring("sha256=".length());
        assertThat(github.verify("sha256="
                                + HexFormat.of()
                                        .withUpperCase()
                                        .formatHex(HexFormat.of().parseHex(digits)))
                        .isVerified())
                .isTrue();
    }

    @Test
    void should_say_which_header_is_missing_or_wrong() {
        assertThat(github().verify(Map.of(), new byte[0], NOW))
                .isEqualTo(Verification.failed(Outcome.UNSIGNED, "there is no header x-hub-signature-256"));
        assertThat(github().verify("sha1=00").message())
                .isEqualTo("the header x-hub-signature-256 must be 'sha256=' and a signature in hexadecimal digits");
        Case slack = slack();
        assertThat(slack.verify(Map.of("x-slack-signature", List.of(slack.signature())), new byte[0], NOW))
                .isEqualTo(Verification.failed(
                        Outcome.MALFORMED,
                        "the header x-slack-request-timestamp is missing, and the signature needs it"));
        assertThat(slack.verify(slack.with("x-slack-request-timestamp", "1", "2"), new byte[0], NOW)
                        .message())
                .isEqualTo("the header x-slack-request-timestamp must be there once, but there are 2");
        assertThat(slack.verify(slack.with("x-slack-request-timestamp", "soon"), new byte[0], NOW)
                        .message())
                .contains("must be a time in Unix seconds");
        assertThat(stripe().verify("t=1,t=2,v1=ab").outcome()).isEqualTo(Outcome.MALFORMED);
    }

    @Test
    void should_refuse_an_id_that_takes_the_time_into_the_body() {
        String signature = "v1," + base64(Signer.hmac("HmacSHA256", KEY, "a.1." + seconds() + ".x"));
        Map<String, List<String>> headers = new HashMap<>(standardHeaders(signature));
        headers.put("webhook-id", List.of("a.1"));

        assertThat(standard().verify(headers, "x".getBytes(UTF_8), NOW).outcome())
                .isEqualTo(Outcome.MALFORMED);
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_verify_nothing_and_not_throw_on_random_headers_and_bodies(Case one) {
        Random random = new Random(7);
        String alphabet = "v1a0,=t. \t\n\u0000é\ud83dAf+/9{}\"";
        for (int round = 0; round < 500; round++) {
            Map<String, List<String>> headers = new HashMap<>();
            one.headers().forEach((name, values) -> {
                String value = values.get(0);
                headers.put(
                        name,
                        Stream.generate(() -> random(random, alphabet, value))
                                .limit(random.nextInt(4))
                                .toList());
            });
            byte[] body = new byte[random.nextInt(50)];
            random.nextBytes(body);
            assertThat(one.verify(headers, body, NOW).isVerified()).isFalse();
        }
    }

    private static String random(Random random, String alphabet, String value) {
        StringBuilder text = new StringBuilder(value.substring(0, random.nextInt(value.length() + 1)));
        for (int i = random.nextInt(30); i > 0; i--) {
            text.insert(random.nextInt(text.length() + 1), alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @Test
    void should_verify_bodies_of_all_kinds_without_an_id() {
        byte[][] bodies = {
            {},
            {0, 0, (byte) 0xff, (byte) 0xfe},
            {0, 0, 0, '{'},
            {(byte) 0xfe, (byte) 0xff, 0},
            "{\"id\": 1}".getBytes(UTF_8),
            "{\"id\"".getBytes(UTF_8),
            "{\"id\": \"with space\"}".getBytes(UTF_8),
            ("{\"id\": \"" + "x".repeat(256) + "\"}").getBytes(UTF_8),
            "[".repeat(100_000).getBytes(UTF_8),
            ("{\"a\": " + "[".repeat(100_000)).getBytes(UTF_8),
            ("{\"a\": 1" + "0".repeat(5_000) + ", \"id\": \"x").getBytes(UTF_8)
        };
        for (byte[] body : bodies) {
            String text = seconds() + "." + new String(body, ISO_8859_1);
            byte[] signature = Signer.hmacOfBytes("HmacSHA256", KEY, text.getBytes(ISO_8859_1));
            Verification result = stripe().verify(
                            Map.of(
                                    "stripe-signature",
                                    List.of("t=" + seconds() + ",v1="
                                            + HexFormat.of().formatHex(signature))),
                            body,
                            NOW);
            assertThat(result.outcome()).isEqualTo(Outcome.VERIFIED);
            assertThat(result.deliveryId()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_never_say_the_secret_or_the_right_signature(Case one) {
        String right = one.signature();
        for (Verification result : List.of(one.verify(wrong(one)), one.verify(""), one.verify(NOW.plusSeconds(999)))) {
            assertThat(result.toString()).doesNotContain(SECRET, base64(KEY), right.substring(right.length() - 20));
        }
        assertThat(one.scheme().toString()).doesNotContain(SECRET, base64(KEY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"github", "stripe", "slack", "standard-webhooks"})
    void should_refuse_an_empty_secret(String scheme) {
        assertThatThrownBy(() -> SignatureScheme.of(scheme, " \n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the secret is empty; copy it again from the sender");
    }

    @Test
    void should_refuse_a_wrong_configuration() {
        assertThatThrownBy(() -> SignatureScheme.of("gitlab", "s"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no scheme 'gitlab'; use github, stripe, slack, standard-webhooks or hmac");
        assertThatThrownBy(() -> SignatureScheme.of("hmac", "s")).hasMessageContaining("needs the header");
        assertThatThrownBy(() -> SignatureScheme.of("standard-webhooks", "whsec_no base64"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be base64")
                .hasNoCause();
        assertThatThrownBy(() -> SignatureScheme.of("standard-webhooks", "whsec_"))
                .hasMessageContaining("is empty");
        assertThatThrownBy(() -> SignatureScheme.of("standard-webhooks", "whpk_AAAA"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be 32 bytes in base64, got 3");
        assertThatThrownBy(() -> SignatureScheme.of("standard-webhooks", "whpk_" + base64(filled())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no Ed25519 key");
        assertThatThrownBy(() -> github().scheme().withTolerance(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> format("X", "md5", "hex")).hasMessageContaining("sha1, sha256 or sha512, got 'md5'");
        assertThatThrownBy(() -> format("X", "sha1", "octal")).hasMessageContaining("hex or base64, got 'octal'");
        assertThatThrownBy(() -> format("X Y", "sha1", "hex")).hasMessageContaining("header must be the name");
    }

    private static byte[] filled() {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) 0xff);
        return bytes;
    }

    private static HmacFormat format(String header, String algorithm, String encoding) {
        return new HmacFormat(header, algorithm, encoding, "", Optional.empty(), Optional.empty());
    }
}
