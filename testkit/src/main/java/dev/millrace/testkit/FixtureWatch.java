package dev.millrace.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fixtures that a test made on its thread, while an extension watches. */
final class FixtureWatch {
    private static final ThreadLocal<@Nullable FixtureWatch> CURRENT = new ThreadLocal<>();

    private final boolean checked;
    private final List<ProcessorFixture<?>> fixtures = new ArrayList<>();

    private FixtureWatch(boolean checked) {
        this.checked = checked;
    }

    /**
     * Begins to watch this thread.
     *
     * @param checked whether reducers are to be checked when the test is over, or not at all
     */
    static void begin(boolean checked) {
        CURRENT.set(new FixtureWatch(checked));
    }

    /** A fixture was made. */
    static void made(ProcessorFixture<?> fixture) {
        FixtureWatch watch = CURRENT.get();
        if (watch != null) {
            watch.fixtures.add(fixture);
        }
    }

    /** Whether somebody else sees to it that the fixture's reducer is checked, or that it is not. */
    static boolean takesCareOf(ProcessorFixture<?> fixture) {
        FixtureWatch watch = CURRENT.get();
        return watch != null && watch.fixtures.stream().anyMatch(each -> each == fixture);
    }

    /**
     * Ends the watch, and checks what was made meanwhile.
     *
     * @param failed whether the test failed; then fixtures that it did not come to play are let be
     * @return what is wrong, in the order in which the fixtures were made
     */
    static List<AssertionError> end(boolean failed) {
        FixtureWatch watch = CURRENT.get();
        CURRENT.remove();
        List<AssertionError> problems = new ArrayList<>();
        if (watch != null && watch.checked) {
            for (ProcessorFixture<?> fixture : watch.fixtures) {
                try {
                    fixture.checkAfterTest(!failed);
                } catch (AssertionError e) {
                    problems.add(e);
                }
            }
        }
        return problems;
    }
}
