package dev.millrace.core.runner;

import java.util.OptionalLong;

/**
 * The policy that decides which events cause effects. Each policy computes one number, the <em>effect floor</em>; only
 * events with a higher offset cause effects. With {@link ProcessorRunner.Builder#staleAfter}, the event must also not
 * be too old. Immutable.
 *
 * @since 0.1
 */
public final class EffectStartPolicy {
    /**
     * Events appended after the runner connected (offset above the watermark, also while it catches up). Older events,
     * and events of a connection gap longer than {@link ProcessorRunner.Builder#reconnectGrace}, are only reduced. The
     * default without a progress store.
     */
    public static final EffectStartPolicy LIVE = new EffectStartPolicy("LIVE", false, OptionalLong.empty(), 0);

    /**
     * Every event that is not acknowledged yet; if no progress is saved, like {@link #LIVE}. The default with a
     * progress store.
     */
    public static final EffectStartPolicy ACKNOWLEDGED =
            new EffectStartPolicy("ACKNOWLEDGED", true, OptionalLong.empty(), 0);

    /** Every event that is not acknowledged yet, from the first event of the stream. */
    public static final EffectStartPolicy BEGINNING = new EffectStartPolicy("BEGINNING", true, OptionalLong.of(0), 0);

    private final String name;
    private final boolean resumes;
    private final OptionalLong firstFloor;
    private final long least;

    private EffectStartPolicy(String name, boolean resumes, OptionalLong firstFloor, long least) {
        this.name = name;
        this.resumes = resumes;
        this.firstFloor = firstFloor;
        this.least = least;
    }

    /** Every event after {@code offset} that is not acknowledged yet; no event up to {@code offset}. */
    public static EffectStartPolicy after(long offset) {
        return new EffectStartPolicy("after " + offset, true, OptionalLong.of(checked(offset)), offset);
    }

    /** Every event that is not acknowledged yet; if no progress is saved, every event after {@code offset}. */
    public static EffectStartPolicy acknowledgedOrAfter(long offset) {
        return new EffectStartPolicy("acknowledged or after " + offset, true, OptionalLong.of(checked(offset)), 0);
    }

    private static long checked(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must be 0 or more, got " + offset);
        }
        return offset;
    }

    /**
     * The effect floor on the first connection to an incarnation of the stream. Runners call it.
     *
     * @param acknowledgedThrough the saved progress, if there is one
     * @param watermark the last offset of the stream at the connection
     */
    public long floorOnAttach(OptionalLong acknowledgedThrough, long watermark) {
        if (resumes && acknowledgedThrough.isPresent()) {
            return Math.max(Math.min(acknowledgedThrough.getAsLong(), watermark), least);
        }
        return firstFloor.orElse(watermark);
    }

    /**
     * The effect floor after a reconnect. Runners call it.
     *
     * @param floor the floor before
     * @param watermark the last offset of the stream at the new connection
     * @param gapWasLong whether the connection was lost for longer than {@code reconnectGrace}
     */
    public long floorOnReconnect(long floor, long watermark, boolean gapWasLong) {
        return resumes || !gapWasLong ? floor : Math.max(floor, watermark);
    }

    @Override
    public String toString() {
        return name;
    }
}
