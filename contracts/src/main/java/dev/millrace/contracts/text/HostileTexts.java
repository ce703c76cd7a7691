package dev.millrace.contracts.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Texts that are hard for parsers of JSON, YAML, numbers, times, headers, paths, URLs and expressions.
 *
 * @since 0.1
 */
public final class HostileTexts {
    private static final long SEED = 20261121;

    /** The number of random places in each valid text. */
    private static final int PLACES = Boolean.getBoolean("millrace.long") ? 200 : 6;

    private static final List<String> UNITS = List.of(
            "9",
            "0",
            "1.",
            "-",
            "+",
            "e",
            "1e",
            ".",
            ",",
            "a",
            "A",
            "é",
            "😀",
            "\ud83d",
            "\udc00",
            "\u0000",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\u0085",
            "[",
            "]",
            "{",
            "}",
            "(",
            ")",
            "\"",
            "'",
            "\\",
            "\\\"",
            "\\u0061",
            "\\x",
            "''",
            "`",
            "&a ",
            "*a ",
            "- ",
            "? ",
            "a: ",
            ": ",
            "--- 1\n",
            "# ",
            "|\n",
            "!a ",
            "<",
            ">",
            "%",
            "%20",
            "%f0",
            "+",
            "=",
            ";",
            "; ",
            "a=b&",
            "/",
            "a/",
            "../",
            ":",
            "::",
            "*",
            "*/",
            "*/2,",
            "1-2,",
            "?",
            "~",
            "$",
            "${",
            "{{",
            "$(",
            "@",
            "#",
            "^",
            "|",
            "a b ",
            "PT1S",
            "1s",
            "9:",
            "sk-",
            "Bearer ",
            ",a;q=1",
            "data: a\n",
            "id: 1\n");

    private static final List<HostileText> SHAPES = List.of(
            HostileText.nested("[", "", "]"),
            HostileText.nested("[", "1", "]"),
            HostileText.nested("{\"a\":", "1", "}"),
            HostileText.nested("(", "1", ")"),
            HostileText.nested("(a|", "", ")*"),
            HostileText.within("1e", "9", ""),
            HostileText.within("1e-", "9", ""),
            HostileText.within("-", "9", ""),
            HostileText.within("0.", "0", "1"),
            HostileText.within("\"", "a", "\""),
            HostileText.within("\"", "\\u0061", "\""),
            HostileText.within("\"", "\\\\", "\""),
            HostileText.within("{\"", "k", "\":1}"),
            HostileText.within("[1", ",1", "]"),
            HostileText.within("{\"a\":1", ",\"a\":1", "}"),
            HostileText.within("", " ", "x"),
            HostileText.within("x", " ", "x"),
            HostileText.within("", "a", "!"),
            HostileText.within("", "a ", "\u0000"),
            HostileText.within("http://", "a", ""),
            HostileText.within("http://", "a.", "/"),
            HostileText.within("http://a/", "../", ""),
            HostileText.within("http://", "a@", "b/"),
            HostileText.within("http://[", ":", "]/"),
            HostileText.within("PT", "9", "S"),
            HostileText.within("2026-01-01T00:00:00.", "0", "Z"),
            HostileText.within("", "9", "-01-01T00:00:00Z"));

    private HostileTexts() {}

    /** The texts that fit every parser. */
    public static List<HostileText> all() {
        List<HostileText> texts = new ArrayList<>(SHAPES);
        UNITS.forEach(unit -> texts.add(HostileText.repeated(unit)));
        return List.copyOf(texts);
    }

    /**
     * {@link #all()}, and valid texts with a repetition at a random place of each. The places are the same in every
     * run.
     */
    public static List<HostileText> around(String... valid) {
        List<HostileText> texts = new ArrayList<>(all());
        Random random = new Random(SEED);
        for (String text : valid) {
            for (int i = 0; i < PLACES; i++) {
                int at = random.nextInt(text.length() + 1);
                int end = random.nextBoolean() ? at : Math.min(text.length(), at + 1 + random.nextInt(4));
                String unit = UNITS.get(random.nextInt(UNITS.size()));
                texts.add(HostileText.within(text.substring(0, at), unit, text.substring(end)));
            }
            texts.add(HostileText.repeated(text.isEmpty() ? " " : text));
        }
        return List.copyOf(texts);
    }
}
