package dev.millrace.jsonata;

import java.util.List;
import java.util.Random;

/** Random expressions over {@link #INPUT}. Most of them are valid, and few fail. */
final class RandomExpressions {
    static final String INPUT = """
            {"n": [3, 1.5, 2, 1.0, 3000000000, 2], "i": 1.0, "j": 2, "big": 12345678901, "small": 0.1, "none": null, "t": "b-c",
             "texts": ["b", "a", "", "Z", "é", "a"], "flag": true, "empty": [], "one": [7],
             "items": [{"n": 2, "s": "b", "tags": ["x", "y"]}, {"n": 1.5, "s": "a", "tags": []}, {"n": 2.0, "s": "c"},
                       {"n": -1, "s": "a", "tags": ["y"], "sub": {"v": 10}}],
             "map": {"a": 1, "b": 2.5, "c": [1, 1.0, 2]}}
            """;

    private final Random random;

    RandomExpressions(long seed) {
        random = new Random(seed);
    }

    /** Of a random type; {@code depth} limits its length. */
    String any(int depth) {
        return switch (random.nextInt(6)) {
            case 0 -> number(depth);
            case 1 -> text(depth);
            case 2 -> truth(depth);
            case 3 -> numbers(depth);
            case 4 -> values(depth);
            default -> object(depth);
        };
    }

    private String number(int depth) {
        if (depth == 0) {
            return one(
                    "0",
                    "1",
                    "2",
                    "1.5",
                    "3.0",
                    "-1",
                    "1e3",
                    "i",
                    "j",
                    "big",
                    "small",
                    "n[0]",
                    "n[1]",
                    "items[0].n",
                    "map.b");
        }
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> "(" + number(depth - 1) + one(" + ", " - ", " * ") + number(depth - 1) + ")";
            case 3 -> one("$sum(", "$max(", "$min(", "$count(", "$average(") + numbers(depth - 1) + ")";
            case 4 -> one("$floor(", "$ceil(", "$abs(", "$round(") + number(depth - 1) + ")";
            case 5 -> "$length(" + text(depth - 1) + ")";
            case 6 -> "(" + truth(depth - 1) + " ? " + number(depth - 1) + " : " + number(depth - 1) + ")";
            case 7 -> "$reduce(" + numbers(depth - 1) + ", function($x, $y) { $x + $y })";
            default -> numbers(depth - 1) + "[" + one("0", "1", "-1", "i", "j", "1.0", "1.9") + "]";
        };
    }

    private String text(int depth) {
        if (depth == 0) {
            return one("'a'", "'b-c'", "''", "t", "texts[0]", "items[1].s", "'12'");
        }
        return switch (random.nextInt(8)) {
            case 0 -> "(" + text(depth - 1) + " & " + one(text(depth - 1), number(0), truth(0)) + ")";
            case 1 -> one("$uppercase(", "$lowercase(", "$trim(") + text(depth - 1) + ")";
            case 2 -> "$string(" + number(depth - 1) + ")";
            case 3 ->
                "$substring(" + text(depth - 1) + ", " + one("0", "1", "-1", "i") + ", " + one("1", "2", "j") + ")";
            case 4 -> "$join($sort(" + texts(depth - 1) + "), '-')";
            case 5 -> "$substringBefore(" + text(depth - 1) + ", '-')";
            case 6 -> "$pad(" + text(depth - 1) + ", " + one("3", "-3", "j") + ")";
            default -> "$type(" + any(depth - 1) + ")";
        };
    }

    private String truth(int depth) {
        if (depth == 0) {
            return one("true", "false", "flag", "$exists(none)", "$boolean(empty)", "i = 1", "1 in n");
        }
        return switch (random.nextInt(6)) {
            case 0 ->
                "(" + number(depth - 1) + one(" < ", " <= ", " > ", " >= ", " = ", " != ") + number(depth - 1) + ")";
            case 1 -> "(" + truth(depth - 1) + one(" and ", " or ") + truth(depth - 1) + ")";
            case 2 -> "$not(" + truth(depth - 1) + ")";
            case 3 -> "(" + number(depth - 1) + " in " + numbers(depth - 1) + ")";
            case 4 -> "$contains(" + text(depth - 1) + ", " + one("'a'", "'-'") + ")";
            default -> "$boolean(" + any(depth - 1) + ")";
        };
    }

    private String numbers(int depth) {
        if (depth == 0) {
            return one("n", "items.n", "map.c", "[1, 2, 2.0]", "[1..3]", "[i..3]", "one", "[2.5, 1]");
        }
        return switch (random.nextInt(9)) {
            case 0 -> "$sort(" + numbers(depth - 1) + ")";
            case 1 -> "$distinct(" + numbers(depth - 1) + ")";
            case 2 -> "$map(" + numbers(depth - 1) + ", function($x) { $x * 2 })";
            case 3 -> "$filter(" + numbers(depth - 1) + ", function($x) { $x > " + number(depth - 1) + " })";
            case 4 -> "$append(" + numbers(depth - 1) + ", " + numbers(depth - 1) + ")";
            case 5 -> "$reverse(" + numbers(depth - 1) + ")";
            case 6 -> numbers(depth - 1) + "[$ " + one("=", ">", "<=") + " " + number(0) + "]";
            case 7 -> "$sort(" + numbers(depth - 1) + ", function($l, $r) { $l " + one("<", ">") + " $r })";
            default ->
                "[" + one("0", "1", "i", "j") + ".." + one("3", "$count(n)", "$floor(2.5)", "$round(small)") + "]";
        };
    }

    private String texts(int depth) {
        return depth == 0 || random.nextBoolean()
                ? one("texts", "items.s", "['a', 'b']", "$split(t, '-')", "$keys(map)")
                : one("$distinct(", "$reverse(") + texts(depth - 1) + ")";
    }

    private String values(int depth) {
        return switch (random.nextInt(8)) {
            case 0 ->
                "items^(" + one("", ">", "<") + one("n", "s") + one("", ", s", ", >n") + ")" + one(".n", ".s", "");
            case 1 -> "items[n " + one("=", ">", "<=") + " " + number(0) + "]" + one(".s", ".tags", ".sub.v");
            case 2 -> one("items.tags", "items.sub", "items.*", "map.*", "**.v", "items.tags[0]", "(items.tags)[0]");
            case 3 -> one("$distinct(", "$reverse(", "$sort(") + texts(Math.max(0, depth - 1)) + ")";
            case 4 -> "$sort(items, function($l, $r) { $l.n " + one("<", ">") + " $r.n }).s";
            case 5 -> "$zip(" + numbers(0) + ", " + texts(0) + ")";
            case 6 -> "$each(map, function($v, $k) { $k & $string($v) })";
            default -> "[" + any(Math.max(0, depth - 1)) + ", " + any(Math.max(0, depth - 1)) + "]";
        };
    }

    private String object(int depth) {
        int less = Math.max(0, depth - 1);
        return switch (random.nextInt(6)) {
            case 0 -> "{'a': " + any(less) + ", 'b': " + any(less) + "}";
            case 1 -> "items{s: " + one("n", "$sum(n)", "$count(n)", "tags") + "}";
            case 2 -> "$merge([map, {'a': " + any(less) + "}])";
            case 3 -> "$sift(map, function($v) { $v " + one("= 1", "> 1", "!= 2.5") + " })";
            case 4 -> "$spread({'x': " + any(less) + "})";
            default -> "map ~> |$|{'b': " + number(less) + "}|";
        };
    }

    private String one(String... choices) {
        return List.of(choices).get(random.nextInt(choices.length));
    }
}
