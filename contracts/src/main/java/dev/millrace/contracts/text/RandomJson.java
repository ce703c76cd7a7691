package dev.millrace.contracts.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Random JSON texts: numbers of every length and exponent that a stream may hold, texts with escape sequences, control
 * characters and signs of other formats, and nested values.
 *
 * @since 0.1
 */
public final class RandomJson {
    private RandomJson() {}

    /**
     * An object of at most three fields, with objects and arrays of at most this depth.
     *
     * @param depth 1 or more
     */
    public static String object(Random random, int depth) {
        return IntStream.range(0, random.nextInt(4))
                .mapToObj(n -> text(random, n) + ":" + value(random, depth - 1))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> List.of("null", "true", "false", "{}", "[]").get(random.nextInt(5));
            case 1 -> text(random, random.nextInt());
            case 2, 3, 4, 5 -> number(random);
            case 6 -> object(random, depth);
            default ->
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(n -> value(random, depth - 1))
                        .collect(Collectors.joining(",", "[", "]"));
        };
    }

    /** A text whose beginning differs for each {@code n}, because the keys of an object must differ. */
    private static String text(Random random, int n) {
        StringBuilder text = new StringBuilder("\"").append(n % 10);
        List<String> pieces = new ArrayList<>(List.of(
                "a",
                "B",
                " ",
                "é",
                "ü",
                "€",
                "漢",
                "😀",
                "\\n",
                "\\t",
                "\\u0000",
                "\\\\",
                "\\\"",
                "\\u00e9",
                "\\ud83d\\ude00",
                "\\u2028",
                ":",
                "#",
                "- ",
                "1e5",
                "{",
                "]",
                "'",
                "&",
                "*",
                "!",
                "%",
                "@",
                "`"));
        random.ints(random.nextInt(6), 0, pieces.size()).forEach(at -> text.append(pieces.get(at)));
        return text.append('"').toString();
    }

    private static String number(Random random) {
        StringBuilder number = new StringBuilder(random.nextInt(3) == 0 ? "-" : "");
        int longest = random.nextInt(50) == 0 ? 450 : 12;
        if (random.nextInt(5) == 0) {
            number.append('0');
        } else {
            number.append(random.nextInt(1, 10));
            random.ints(random.nextInt(longest), 0, 10).forEach(number::append);
        }
        if (random.nextInt(2) == 0) {
            number.append('.').append(random.nextInt(10));
            random.ints(random.nextInt(longest), 0, 10).forEach(number::append);
        }
        if (random.nextInt(3) == 0) {
            int most = List.of(3, 30, 400, 10_000).get(random.nextInt(4));
            int exponent = random.nextInt(8) == 0 ? most : random.nextInt(most + 1);
            number.append(random.nextBoolean() ? 'e' : 'E')
                    .append(List.of("", "+", "-").get(random.nextInt(3)))
                    .append(exponent);
        }
        return number.toString();
    }
}
