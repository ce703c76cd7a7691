package dev.millrace.core.hosting;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The permissions of a token. If two rules apply to an append, the token needs the operation that is later here.
 *
 * @since 0.1
 */
public enum Operation {
    /** Reads, live reads, state and lists. Reading a stream that does not exist creates it. */
    READ,
    /** Appends that do not change how streams behave, including invalid events. */
    APPEND,
    /**
     * Appends as a processor: their provenance counts, they share idempotency keys with the processors of the service,
     * and they may claim leases and save progress. Only {@link #ADMIN} includes it.
     */
    PROCESS,
    /** Appends that control streams: pause, resume, breaker, schedules, subscriptions, transformers, processors. */
    CONTROL,
    /** Appends that contain code or its environment: dynamic workers. */
    DEPLOY,
    /** All operations, and also: destroy streams, manage secrets. */
    ADMIN;

    /** The operation as it is written, in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The operation with this name; case does not matter.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Operation of(String word) {
        Optional<Operation> found = Arrays.stream(values())
                .filter(operation -> operation.word().equals(word.strip().toLowerCase(Locale.ROOT)))
                .findFirst();
        return found.orElseThrow(() -> new IllegalArgumentException("there is no operation '" + word + "'; use "
                + String.join(", ", Arrays.stream(values()).map(Operation::word).toList())));
    }
}
