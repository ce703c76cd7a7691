package dev.millrace.core.hosting;

import dev.millrace.core.BuiltInType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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

    /** Types that only report; they do not change how a stream behaves. */
    private static final Set<BuiltInType> RECORDS = EnumSet.of(
            BuiltInType.INITIALIZED,
            BuiltInType.CHILD_STREAM_CREATED,
            BuiltInType.METADATA_UPDATED,
            BuiltInType.ERROR_OCCURRED,
            BuiltInType.INVALID_EVENT_APPENDED,
            BuiltInType.EFFECT_FAILED,
            BuiltInType.PROCESSOR_HALTED,
            BuiltInType.PAYLOAD_MALFORMED);

    /** Types that only runners of processors write. */
    private static final Set<BuiltInType> OF_RUNNERS = EnumSet.of(
            BuiltInType.LEASE_CLAIMED,
            BuiltInType.LEASE_RENEWED,
            BuiltInType.LEASE_RELEASED,
            BuiltInType.PROGRESS_SAVED);

    /** The operation that a token needs to append an event of a type of the service. */
    public static Operation toAppend(BuiltInType type) {
        return RECORDS.contains(type) ? APPEND : OF_RUNNERS.contains(type) ? PROCESS : CONTROL;
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
