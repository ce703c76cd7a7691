package dev.millrace.core;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.immutables.value.Value;

/** Which events of a stream a finite read returns: all of them by default, in ascending order. */
@Value.Immutable
@MillraceStyle
public interface ReadRange {
    /** Exclusive lower bound; 0, the default, is before everything. */
    @Value.Default
    default long afterOffset() {
        return 0;
    }

    /** Exclusive upper bound; absent means everything committed when the read begins. */
    OptionalLong beforeOffset();

    /** Only events of these types, as written; empty means every type. */
    Set<String> types();

    /** At most this many events, at least 1. */
    OptionalInt limit();

    /** Newest first. */
    @Value.Default
    default boolean descending() {
        return false;
    }

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when a bound is negative or the limit is below 1
     */
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

    /** Everything committed so far. */
    static ReadRange all() {
        return builder().build();
    }

    /** Everything committed so far, after this offset. */
    static ReadRange after(long offset) {
        return builder().afterOffset(offset).build();
    }

    /** A new builder. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds ranges. */
    class Builder extends ImmutableReadRange.Builder {
        Builder() {}
    }
}
