package dev.millrace.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What a database has, or had when its mark was written. Positions are not used twice, so the last one says how many
 * events were ever appended.
 *
 * @param database the id of the database
 * @param lastPosition the highest position that was ever committed
 * @param newest the position of the newest event that is not removed; 0 if there is none
 * @param checksum the checksum of that event
 */
record Mark(long database, long lastPosition, long newest, int checksum) {
    private static final Pattern TEXT = Pattern.compile(
            "(database (-?\\d{1,19}) position (\\d{1,18}) newest (\\d{1,18}) checksum (-?\\d{1,10})) sum (-?\\d{1,10})\\s*");

    /** One line, with a checksum of itself at its end. */
    String text() {
        String content =
                "database " + database + " position " + lastPosition + " newest " + newest + " checksum " + checksum;
        return content + " sum " + sum(content) + "\n";
    }

    /** Empty if the text is damaged. */
    static Optional<Mark> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches() || !parts.group(6).equals(Integer.toString(sum(parts.group(1))))) {
            return Optional.empty();
        }
        return Optional.of(new Mark(
                Long.parseLong(parts.group(2)),
                Long.parseLong(parts.group(3)),
                Long.parseLong(parts.group(4)),
                Integer.parseInt(parts.group(5))));
    }

    private static int sum(String content) {
        CRC32C sum = new CRC32C();
        sum.update(content.getBytes(StandardCharsets.US_ASCII));
        return (int) sum.getValue();
    }
}
