package dev.millrace.processors.scheduler;

import java.util.List;
import java.util.Locale;

/** A field of a {@link Cron} expression; reads its text into a set of numbers, one bit each. */
enum CronField {
    MINUTE("minute", 0, 59, List.of()),
    HOUR("hour", 0, 23, List.of()),
    DAY("day of month", 1, 31, List.of()),
    MONTH("month", 1, 12, List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    WEEKDAY("day of week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));

    private final String words;
    private final int least;
    private final int most;
    private final List<String> names;

    CronField(String words, int least, int most, List<String> names) {
        this.words = words;
        this.least = least;
        this.most = most;
        this.names = names;
    }

    /**
     * The numbers that match a field.
     *
     * @throws IllegalArgumentException if the field is malformed or out of bounds
     */
    long bits(String field) {
        long bits = 0;
        for (String item : field.split(",", -1)) {
            bits |= itemBits(item);
        }
        return bits;
    }

    private long itemBits(String item) {
        String[] parts = item.split("/", 2);
        int step = parts.length == 2 ? number(item, parts[1], 1, most) : 1;
        int from = least;
        int to = this == WEEKDAY ? 6 : most;
        if (!parts[0].equals("*")) {
            String[] ends = parts[0].split("-", 2);
            from = value(item, ends[0]);
            if (ends.length == 2) {
                to = value(item, ends[1]);
            } else if (parts.length == 1) {
                to = from;
            }
        }
        if (this == WEEKDAY && to == 0 && from > 0) {
            to = 7; // a week that ends on Sunday
        }
        if (to < from) {
            throw bad(item, "the range is empty");
        }
        long bits = 0;
        for (int number = from; number <= to; number += step) {
            bits |= 1L << number;
        }
        return bits;
    }

    private int value(String item, String text) {
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        return name >= 0 ? name + least : number(item, text, least, most);
    }

    private int number(String item, String text, int from, int to) {
        boolean digits = !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw bad(item, "'" + text + "' is not a number" + (names.isEmpty() ? "" : " or a name"));
        }
        int number = Integer.parseInt(text);
        if (number < from || number > to) {
            throw bad(item, number + " is not within " + from + " and " + to);
        }
        return number;
    }

    private IllegalArgumentException bad(String item, String why) {
        return new IllegalArgumentException(words + " '" + item + "': " + why);
    }
}
