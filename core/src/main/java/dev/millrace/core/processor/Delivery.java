package dev.millrace.core.processor;

/**
 * The position of the runner when it called the processor. Use it for policies ("answer only if no newer event is
 * known"); it is not a guarantee.
 *
 * @param headOffset the newest known event that the runner will act on, or the watermark if that is newer
 * @param behind {@code headOffset} minus the offset of this event. 0: the runner knows of no later event to act on.
 *     More than 0: another call will come
 * @param catchingUp true if the log already had later events when the runner connected. Then {@code onCaughtUp} will be
 *     called later, and this state may lack what other processes, or earlier runs of this one, have done since
 * @param attempt 1 for the first try of this effect, more for retries
 * @since 0.1
 */
public record Delivery(long headOffset, long behind, boolean catchingUp, int attempt) {}
