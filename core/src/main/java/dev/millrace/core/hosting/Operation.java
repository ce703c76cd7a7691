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
    /**
     * Appends that decide about calls of tools: they grant or deny an approval, or change the arguments before one. Only
     * {@link #ADMIN} includes it, so the token with which an agent runs cannot approve what the agent wants to do.
     */
    APPROVE,
    /** Appends that control streams: pause, resume, breaker, schedules, subscriptions, transformers, processors. */
    CONTROL,
    /** Appends that contain code or its environment: dynamic workers. */
    DEPLOY,
    /** All operations, and also: destroy streams, manage secrets. */
    ADMIN;

    /**
     * Whether a configured script, rule, peer, webhook or schedule may append with it, if its configuration allows that.
     * False for the operations that no operation of a configuring event includes: {@link #PROCESS} and {@link #APPROVE}.
     */
    public boolean isDelegable() {
        return this != PROCESS && this != APPROVE;
    }

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
