package dev.millrace.core.hosting;

import java.util.List;

/**
 * What a payload must fulfil beyond the types of its fields. A rule is pure and quick: it runs on the threads of callers,
 * before the event is stored. It is called by many threads at once.
 *
 * @param <T> the payload class
 */
@FunctionalInterface
public interface PayloadRule<T> {
    /**
     * What is wrong with a payload.
     *
     * @param payload has been read, so its fields are there and of the right kind
     * @param host what the host says of other events; for payloads that hold an event to be appended later
     * @return one line a problem, which begins with the field, {@code payload.due: ...}; empty if there is none
     */
    List<String> problems(T payload, PayloadCheck host);
}
