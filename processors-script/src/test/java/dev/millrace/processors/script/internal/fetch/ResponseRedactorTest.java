package dev.millrace.processors.script.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResponseRedactorTest {
    private static final String SECRET = "s3 c<r>e\"t&Va'l\\u/+%41=";
    private static final byte[] BYTES = SECRET.getBytes(StandardCharsets.UTF_8);

    private static String hex() {
        return HexFormat.of().formatHex(BYTES);
    }

    private static String each(String format) {
        return SECRET.chars()
                .mapToObj(letter -> String.format(Locale.ROOT, format, letter))
                .collect(Collectors.joining());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static List<String> echoes() {
        return List.of(
                SECRET,
                SECRET.toUpperCase(Locale.ROOT),
                URLEncoder.encode(SECRET, StandardCharsets.UTF_8),
                URLEncoder.encode(SECRET, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .toLowerCase(Locale.ROOT),
                each("%%%02X"),
                SECRET.replace("%", "%25")
                        .replace("\"", "%22")
                        .replace("<", "%3C")
                        .replace(">", "%3E")
                        .replace(" ", "%20"),
                SECRET.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"),
                each("\\u%04x"),
                SECRET.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;")
                        .replace("'", "&#39;"),
                each("&#x%x;"),
                hex(),
                hex().toUpperCase(Locale.ROOT));
    }

    private final ResponseRedactor redactor = new ResponseRedactor(Map.of("token", SECRET, "short", "12345"));

    @ParameterizedTest
    @MethodSource("echoes")
    void should_replace_a_secret_in_every_form(String echo) {
        String text = "12345 before (" + echo + ") s3 c after";

        assertThat(redactor.whole(text)).isEqualTo("12345 before ([secret:token]) s3 c after");
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void should_replace_a_secret_that_comes_in_pieces(String echo) {
        String text = "12345 before (" + echo + ") s3 c";
        for (int size = 1; size <= text.length(); size++) {
            StringBuilder clean = new StringBuilder();
            for (int at = 0; at < text.length(); at += size) {
                clean.append(redactor.next(text.substring(at, Math.min(text.length(), at + size))));
            }
            assertThat(clean.append(redactor.rest())).hasToString("12345 before ([secret:token]) s3 c");
        }
    }

    @Test
    void should_replace_a_secret_within_base64() {
        Stream.of("", "a", "ab", "user:")
                .forEach(before -> Stream.of("", "x", "yz").forEach(after -> {
                    String encoded = base64(before + SECRET + after);
                    assertThat(redactor.whole("Basic " + encoded))
                            .contains("[secret:token]")
                            .doesNotContain(encoded.substring(8, 20));
                    assertThat(redactor.whole(encoded.replace('+', '-').replace('/', '_')))
                            .contains("[secret:token]");
                }));
    }

    @Test
    void should_prefer_the_longer_of_two_secrets() {
        ResponseRedactor two = new ResponseRedactor(Map.of("a", "abcdef", "b", "abcdefghi"));

        assertThat(two.whole("abcdef abcdefghi")).isEqualTo("[secret:a] [secret:b]");
        assertThat(two.next("abcdef") + two.next("ghi") + two.rest()).isEqualTo("[secret:b]");
    }

    @Test
    void should_hold_nothing_back_that_cannot_become_a_secret() {
        assertThat(redactor.next("data: {\"a\": 1}\n\n")).isEqualTo("data: {\"a\": 1}\n\n");
        assertThat(redactor.next("100%")).isEqualTo("100"); // it may begin an escape sequence
        assertThat(redactor.next(" and\n")).isEqualTo("% and\n");
        assertThat(redactor.next("words s3")).isEqualTo("words ");
        assertThat(redactor.next(" and more")).isEqualTo("s3 and more");
    }
}
