package dev.millrace.core.hosting;

import java.util.List;

/**
 * A rule for a payload beyond the types of its fields. A rule must be pure and fast: it runs on the threads of callers,
 * many at once, before the event is stored.
 *
 * @param <T> the payload class
 * @since 0.1
 */
@FunctionalInterface
public interface PayloadRule<T> {
    /**
     * The problems of a payload.
     *
     * @param payload its fields are present and have the right types
     * @param host the host's check of other events, for payloads that contain an event to be appended later
     * @return one line for each problem, beginning with the field, {@code payload.due: ...}; empty if there is none
     */
    List<String> problems(T payload, PayloadCheck host);
}
