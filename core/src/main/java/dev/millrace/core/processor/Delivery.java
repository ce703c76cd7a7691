package dev.millrace.core.processor;

/**
 * Where the runner stood when it called: an input for policies ("answer only when nothing newer is known"), never a
 * guarantee.
 *
 * @param headOffset the newest event the runner knew of that it will act on, or the watermark if that is newer
 * @param behind how far the event being handled lies behind it; 0 means that no later call is certain to come
 * @param catchingUp whether older than what was there when the runner connected: {@code onCaughtUp} is certain to come later, and the
 *     state of this call may lack what others, or an earlier life of this process, have done since
 * @param attempt 1 for the first try of this effect, more for retries
 */
public record Delivery(long headOffset, long behind, boolean catchingUp, int attempt) {}
