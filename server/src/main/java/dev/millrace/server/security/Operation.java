package dev.millrace.server.security;

import dev.millrace.core.BuiltInType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a token may allow. */
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

    private static final Set<BuiltInType> PLAIN = EnumSet.of(
            BuiltInType.INITIALIZED,
            BuiltInType.CHILD_STREAM_CREATED,
            BuiltInType.METADATA_UPDATED,
            BuiltInType.ERROR_OCCURRED,
            BuiltInType.INVALID_EVENT_APPENDED,
            BuiltInType.EFFECT_FAILED,
            BuiltInType.PROCESSOR_HALTED,
            BuiltInType.PAYLOAD_MALFORMED);
    private static final Set<BuiltInType> CODE = EnumSet.of(
            BuiltInType.DYNAMIC_WORKER_CONFIGURED,
            BuiltInType.DYNAMIC_WORKER_ENV_VAR_SET,
            BuiltInType.DYNAMIC_WORKER_REMOVED);

    /** What it takes to append an event that will be stored under this type, whatever the spelling. */
    public static Operation toAppend(String type) {
        return BuiltInType.of(type).map(Operation::toAppend).orElse(APPEND);
    }

    /** As {@link #toAppend(String)}. A built-in type that nobody has thought of here steers streams. */
    static Operation toAppend(BuiltInType type) {
        return PLAIN.contains(type) ? APPEND : CODE.contains(type) ? DEPLOY : CONTROL;
    }

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
