package dev.millrace.testkit;

import dev.millrace.core.EventName;
import dev.millrace.testkit.log.RecordedLog;
import java.util.ArrayList;
import java.util.List;

/**
 * The event of the tested reducers.
 *
 * @param text the note
 */
@EventName("noted")
public record Note(String text) {
    /** A log of so many notes. */
    static RecordedLog log(int notes) {
        List<Object> payloads = new ArrayList<>();
        for (int i = 1; i <= notes; i++) {
            payloads.add(new Note("n" + i));
        }
        return RecordedLog.ofPayloads(payloads.toArray());
    }
}
