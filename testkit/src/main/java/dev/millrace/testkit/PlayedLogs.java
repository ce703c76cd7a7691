package dev.millrace.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What fixtures played on this thread since a test began; nothing is kept when nobody asked for it. */
final class PlayedLogs {
    private static final ThreadLocal<@Nullable List<RecordedLog>> PLAYED = new ThreadLocal<>();

    private PlayedLogs() {}

    static void begin() {
        PLAYED.set(new ArrayList<>());
    }

    static void end() {
        PLAYED.remove();
    }

    /** Whether somebody asked. */
    static boolean areWanted() {
        return PLAYED.get() != null;
    }

    static void add(RecordedLog log) {
        List<RecordedLog> played = PLAYED.get();
        if (played != null) {
            played.add(log);
        }
    }

    /** In the order in which they were played. */
    static List<RecordedLog> all() {
        List<RecordedLog> played = PLAYED.get();
        return played == null ? List.of() : List.copyOf(played);
    }
}
