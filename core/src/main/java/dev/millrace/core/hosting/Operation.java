package dev.millrace.core.hosting;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a token may allow. For appends they are ordered: if two rules apply to an event, the later one here is needed. */
public enum Operation {
    /** Reads, live reads, state and lists. Reading a stream that does not exist creates it. */
    READ,
    /** Appends of every type that changes nothing about how streams behave; invalid events are among them. */
    APPEND,
    /** Appends that steer streams: pause, resume, breaker, schedules, subscriptions, transformers, attached processors. */
    CONTROL,
    /** Appends that bring code or its environment: dynamic workers. */
    DEPLOY,
    /** Destroying streams and managing secrets, and everything else as well. */
    ADMIN;

    /** The operation as it is written: in small letters. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The operation that is written so.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Operation of(String word) {
        Optional<Operation> found = Arrays.stream(values())
                .filter(operation -> operation.word().equals(word.strip().toLowerCase(Locale.ROOT)))
                .findFirst();
        return found.orElseThrow(() -> new IllegalArgumentException("there is no operation '" + word + "'; use "
                + String.join(", ", Arrays.stream(values()).map(Operation::word).toList())));
    }
}
