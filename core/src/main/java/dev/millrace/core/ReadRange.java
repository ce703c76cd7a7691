package dev.millrace.core;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.immutables.value.Value;

/**
 * The range of a finite read: by default all events of the stream, in ascending order.
 *
 * @since 0.1
 */
@Value.Immutable(copy = false)
@MillraceStyle
public interface ReadRange {
    /** Exclusive lower bound, 0 or more; 0, the default, reads from the first event. */
    @Value.Default
    default long afterOffset() {
        return 0;
    }

    /** Exclusive upper bound, 0 or more; without it, the read ends with the event that is the newest when it begins. */
    OptionalLong beforeOffset();

    /** Only events of these types, as written; empty for all types. */
    Set<String> types();

    /** The highest number of events, 1 or more. */
    OptionalInt limit();

    /** Newest first. */
    @Value.Default
    default boolean descending() {
        return false;
    }

    @Value.Check
    default void check() {
        if (afterOffset() < 0) {
            throw new IllegalArgumentException("afterOffset must be 0 or more, got " + afterOffset());
        }
        if (beforeOffset().isPresent() && beforeOffset().getAsLong() < 0) {
            throw new IllegalArgumentException(
                    "beforeOffset must be 0 or more, got " + beforeOffset().getAsLong());
        }
        if (limit().isPresent() && limit().getAsInt() < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, got " + limit().getAsInt());
        }
    }

    static ReadRange all() {
        return builder().build();
    }

    /** All events after this offset. */
    static ReadRange after(long offset) {
        return builder().afterOffset(offset).build();
    }

    static Builder builder() {
        return new Builder();
    }

    class Builder extends ImmutableReadRange.Builder {
        Builder() {}
    }
}
