package dev.millrace.contracts.tck;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of one check.
 *
 * @param suite the word of its suite
 * @param name what it checks, in words
 * @param result passed, or not
 * @param time how long it took
 * @param why why it was skipped or failed, as whoever wrote the check said it; empty when it passed
 * @param failure what it threw, when it failed
 */
record CheckResult(
        String suite,
        String name,
        Result result,
        Duration time,
        Optional<String> why,
        @Nullable Throwable failure) {
    private static final int MOST_LINES = 12;

    enum Result {
        PASSED,
        FAILED,
        SKIPPED
    }

    /** One line, and below it why it failed. */
    String inLines() {
        StringBuilder text = new StringBuilder();
        switch (result) {
            case PASSED -> text.append("pass  ");
            case FAILED -> text.append("FAIL  ");
            case SKIPPED -> text.append("skip  ");
        }
        text.append(suite).append(": ").append(name);
        switch (result) {
            case PASSED -> text.append(" (").append(time.toMillis()).append(" ms)");
            case SKIPPED ->
                text.append(" (").append(why.orElse("no reason was given")).append(')');
            case FAILED ->
                why.orElse("no reason was given")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .limit(MOST_LINES)
                        .forEach(line -> text.append("\n        ").append(line));
        }
        return text.toString();
    }
}
