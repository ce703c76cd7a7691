package dev.millrace.jsonata;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Measures of the picture strings of numbers and times. */
final class PictureStringLimits {
    private static final Pattern WIDTH = Pattern.compile("[,-]\\s*+(\\d++)");
    private static final Pattern MARKER = Pattern.compile("\\[[^]]*+]");

    private PictureStringLimits() {}

    /** The largest width in a marker. */
    static int widest(String picture) {
        int widest = 0;
        Matcher marker = MARKER.matcher(picture);
        while (marker.find()) {
            Matcher width = WIDTH.matcher(marker.group());
            while (width.find()) {
                widest = Math.max(widest, width.group(1).length() > 6 ? 1_000_000 : Integer.parseInt(width.group(1)));
            }
        }
        return widest;
    }

    /** The number of markers that follow another one with only letters and digits between them. */
    static int adjacent(String picture) {
        int adjacent = 0;
        int end = -1;
        Matcher marker = MARKER.matcher(picture);
        while (marker.find()) {
            boolean apart = picture.substring(Math.max(0, end), marker.start())
                    .chars()
                    .anyMatch(c -> !Character.isLetterOrDigit(c));
            adjacent += end >= 0 && !apart ? 1 : 0;
            end = marker.end();
        }
        return adjacent;
    }
}
