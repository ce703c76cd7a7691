package dev.millrace.processors.script.internal.fetch;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds one secret in texts with one character per byte, in each form in which a server usually echoes a value: as it
 * is, percent-encoded, with the escape sequences of JSON or HTML, in hexadecimal, and in base64, also as part of a
 * longer text. The case of letters does not matter, because host names lose it. Immutable.
 */
final class SecretMatcher {
    /** The result if the text ends before it is clear whether it has the secret. */
    static final int UNCLEAR = -1;

    /** The result if the text does not have the secret here. */
    static final int NONE = 0;

    private static final Map<String, Character> ENTITIES =
            Map.of("amp", '&', "lt", '<', "gt", '>', "quot", '"', "apos", '\'');
    private static final String ESCAPES = "%\\&+";
    private static final Pattern ESCAPE = Pattern.compile(
            "(?:%|\\\\u00)(?<hex>\\p{XDigit}{2})|&#x(?<entity>\\p{XDigit}{2});|&#(?<decimal>\\d{2,3});|&(?<name>[a-z]{2,4});",
            Pattern.CASE_INSENSITIVE);
    private static final int LONGEST_ESCAPE = 8;

    private final String secret;
    private final List<String> encoded;

    SecretMatcher(byte[] secret) {
        this.secret = new String(secret, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        Set<String> forms = new LinkedHashSet<>();
        forms.add(this.secret);
        forms.add(HexFormat.of().formatHex(secret));
        for (int before = 0; before < 3; before++) {
            String inside = base64(secret, before);
            forms.add(inside);
            forms.add(inside.replace('+', '-').replace('/', '_'));
        }
        this.encoded = List.copyOf(forms);
    }

    /** The characters that depend on the secret only, if this number of bytes, modulo 3, comes before it. */
    private static String base64(byte[] secret, int before) {
        byte[] shifted = new byte[before + secret.length];
        System.arraycopy(secret, 0, shifted, before, secret.length);
        return Base64.getEncoder()
                .encodeToString(shifted)
                .substring((before * 8 + 5) / 6, shifted.length * 8 / 6)
                .toLowerCase(Locale.ROOT);
    }

    /** The end of the secret that begins at {@code at}; {@link #NONE} or {@link #UNCLEAR} if there is none. */
    int end(String text, int at) {
        boolean unclear = false;
        for (String form : encoded) {
            int common = common(text, at, form);
            if (common == form.length()) {
                return at + common;
            }
            unclear |= at + common == text.length();
        }
        int end = endOfEscaped(text, at);
        return end != NONE ? end : unclear ? UNCLEAR : NONE;
    }

    private static int common(String text, int at, String form) {
        int length = 0;
        while (length < form.length()
                && at + length < text.length()
                && lower(text.charAt(at + length)) == form.charAt(length)) {
            length++;
        }
        return length;
    }

    private int endOfEscaped(String text, int at) {
        int position = at;
        for (int i = 0; i < secret.length(); i++) {
            if (position == text.length()) {
                return UNCLEAR;
            }
            char wanted = secret.charAt(i);
            int escape = endOfEscape(text, position, wanted);
            if (escape == NONE && isCut(text, position)) {
                return UNCLEAR;
            }
            if (escape == NONE && lower(text.charAt(position)) != wanted) {
                return NONE;
            }
            position = escape == NONE ? position + 1 : escape;
        }
        return position;
    }

    /** The end of an escape sequence for this character. */
    private static int endOfEscape(String text, int at, char wanted) {
        char first = text.charAt(at);
        if (ESCAPES.indexOf(first) < 0) {
            return NONE;
        }
        if (first == '+') {
            return wanted == ' ' ? at + 1 : NONE;
        }
        if (first == '\\' && common(text, at + 1, String.valueOf(wanted)) == 1 && wanted != 'u') {
            return at + 2;
        }
        Matcher escape = ESCAPE.matcher(text).region(at, Math.min(text.length(), at + LONGEST_ESCAPE));
        return escape.lookingAt() && lower(decoded(escape)) == wanted ? escape.end() : NONE;
    }

    private static char decoded(Matcher escape) {
        String hex = Optional.ofNullable(escape.group("hex")).orElse(escape.group("entity"));
        String decimal = escape.group("decimal");
        return hex != null
                ? (char) Integer.parseInt(hex, 16)
                : decimal != null
                        ? (char) Integer.parseInt(decimal)
                        : ENTITIES.getOrDefault(escape.group("name").toLowerCase(Locale.ROOT), '\0');
    }

    /** Whether an escape sequence may have begun at the end of the text. */
    private static boolean isCut(String text, int at) {
        return "%\\&".indexOf(text.charAt(at)) >= 0
                && text.length() - at < LONGEST_ESCAPE
                && text.substring(at + 1).chars().allMatch(next -> Character.isLetterOrDigit(next) || next == '#');
    }

    private static char lower(char letter) {
        return letter >= 'A' && letter <= 'Z' ? (char) (letter + 32) : letter;
    }
}
