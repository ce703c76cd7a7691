package dev.millrace.core.runner;

import java.util.OptionalLong;

/**
 * Which events may cause effects. Whatever the policy, the answer for an event is its offset against one number, the
 * effect floor: it fires when its offset is above the floor. This class is the only place that computes a floor. Age has a
 * say beside it only with {@link ProcessorRunner.Builder#staleAfter}.
 */
public final class EffectStartPolicy {
    /** Events appended after the runner caught up; history and long gaps are folded only. The default. */
    public static final EffectStartPolicy LIVE = new EffectStartPolicy("LIVE", false, OptionalLong.empty(), 0);

    /** Every event that was not acknowledged yet; on the first attach to a stream, as {@link #LIVE}. */
    public static final EffectStartPolicy ACKNOWLEDGED =
            new EffectStartPolicy("ACKNOWLEDGED", true, OptionalLong.empty(), 0);

    /** Every event from the first on that was not acknowledged yet. */
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

    /** Every event after {@code offset} that was not acknowledged yet; nothing up to it, acknowledged or not. */
    public static EffectStartPolicy after(long offset) {
        return new EffectStartPolicy("after " + offset, true, OptionalLong.of(checked(offset)), offset);
    }

    /** Every event that was not acknowledged yet; on the first attach to a stream, every event after {@code offset}. */
    public static EffectStartPolicy acknowledgedOrAfter(long offset) {
        return new EffectStartPolicy("acknowledged or after " + offset, true, OptionalLong.of(checked(offset)), 0);
    }

    private static long checked(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must be 0 or more, got " + offset);
        }
        return offset;
    }

    /** The floor when a runner first meets this incarnation of the stream. */
    public long floorOnAttach(OptionalLong acknowledgedThrough, long watermark) {
        if (resumes && acknowledgedThrough.isPresent()) {
            return Math.max(Math.min(acknowledgedThrough.getAsLong(), watermark), least);
        }
        return firstFloor.orElse(watermark);
    }

    /** The floor after a connection was lost and made again. */
    public long floorOnReconnect(long floor, long watermark, boolean gapWasLong) {
        return resumes || !gapWasLong ? floor : Math.max(floor, watermark);
    }

    @Override
    public String toString() {
        return name;
    }
}
