package dev.millrace.contracts.tck;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of one check.
 *
 * @param suite the name of its suite
 * @param name what it checks
 * @param time its duration
 * @param why the reason why it was skipped or failed, in the words of the check; empty if it passed
 * @param failure the exception, if it failed
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

    /** The result on one line; if it failed, the reason on the lines after it. */
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
                text.append(" (").append(why.orElse("no reason given")).append(')');
            case FAILED ->
                why.orElse("no reason given")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .limit(MOST_LINES)
                        .forEach(line -> text.append("\n        ").append(line));
        }
        return text.toString();
    }
}
