package dev.millrace.engine;

import dev.millrace.core.MillraceStyle;
import org.immutables.value.Value;

/**
 * The limits of one request. A request above a limit is refused as a whole; the error names the limit.
 *
 * @since 0.1
 */
@Value.Immutable
@MillraceStyle
public interface Limits {
    /**
     * The largest event, in bytes of JSON; 1 MiB by default. A provider can allow more for a type of its own, up to
     * {@link #largeEventBytes}.
     */
    @Value.Default
    default int eventBytes() {
        return 1 << 20;
    }

    /**
     * The largest event of a type that may be larger than others, in bytes of JSON; 4 MiB by default. Never less than
     * {@link #eventBytes}: a smaller value is raised to it.
     */
    @Value.Default
    default int largeEventBytes() {
        return 4 << 20;
    }

    /** The largest batch, in bytes of JSON; 16 MiB by default. */
    @Value.Default
    default int batchBytes() {
        return 16 << 20;
    }

    /** The most events in one batch; 500 by default. */
    @Value.Default
    default int batchEvents() {
        return 500;
    }

    /** The deepest nesting of objects and arrays in one event; 64 by default. */
    @Value.Default
    default int jsonDepth() {
        return 64;
    }

    /**
     * The most segments in the path of a new stream; 32 by default. Each segment is one stream to create and to notify.
     * Longer paths of an existing log stay readable.
     */
    @Value.Default
    default int pathSegments() {
        return 32;
    }

    /**
     * The most events that one fork or import copies; 100,000 by default. Appends to every stream wait while they are
     * copied.
     */
    @Value.Default
    default int forkEvents() {
        return 100_000;
    }

    /** The most that one fork or import copies, in bytes of JSON; 64 MiB by default. */
    @Value.Default
    default long forkBytes() {
        return 64L << 20;
    }

    /** Raises {@link #largeEventBytes} to {@link #eventBytes} if it is smaller. */
    @Value.Check
    default Limits normalized() {
        return largeEventBytes() >= eventBytes()
                ? this
                : builder().from(this).largeEventBytes(eventBytes()).build();
    }

    /** The defaults. */
    static Limits defaults() {
        return builder().build();
    }

    /** A new builder. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds limits. */
    class Builder extends ImmutableLimits.Builder {
        Builder() {}
    }
}
