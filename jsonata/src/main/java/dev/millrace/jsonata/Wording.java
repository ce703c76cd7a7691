package dev.millrace.jsonata;

import com.dashjoin.jsonata.JException;
import org.jspecify.annotations.Nullable;

/** What went wrong, in words of bounded length. */
final class Wording {
    private static final int LONGEST = 200;

    private Wording() {}

    static String excerpt(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    static String of(JException e) {
        String why = cut(e.getMessage());
        return e.getLocation() < 0 ? why : why + " (position " + e.getLocation() + ")";
    }

    static String of(Throwable e) {
        Throwable root = e;
        for (int i = 0; i < 10 && root.getCause() != null; i++) {
            root = root.getCause();
        }
        if (root instanceof JException known) {
            return of(known);
        }
        return root.getMessage() == null
                ? root.getClass().getSimpleName()
                : root.getClass().getSimpleName() + ": " + cut(root.getMessage());
    }

    private static String cut(@Nullable String message) {
        String said = message == null ? "no reason given" : message;
        return said.length() <= LONGEST ? said : said.substring(0, LONGEST) + "...";
    }
}
