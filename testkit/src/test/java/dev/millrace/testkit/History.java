package dev.millrace.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * A state that grows by one entry for each note.
 *
 * @param history the entries
 */
public record History(List<String> history) {
    static final History EMPTY = new History(List.of());

    History plus(Object entry) {
        List<String> more = new ArrayList<>(history);
        more.add(entry.toString());
        return new History(more);
    }
}
