package dev.millrace.core.internal.payload;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.hosting.Operation;
import java.util.EnumSet;
import java.util.Set;

/** The operations that the appends of the service's own event types take. */
public final class BuiltInOperations {
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

    private BuiltInOperations() {}

    /** The operation for a type in any spelling; {@link Operation#APPEND} if the type is not the service's. */
    public static Operation of(String type) {
        return BuiltInType.of(type).map(BuiltInOperations::of).orElse(Operation.APPEND);
    }

    private static Operation of(BuiltInType type) {
        if (RECORDS.contains(type)) {
            return Operation.APPEND;
        }
        return OF_RUNNERS.contains(type) ? Operation.PROCESS : Operation.CONTROL;
    }
}
