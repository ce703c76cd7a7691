package dev.millrace.core.processor;

/**
 * Where the runner stood when it called: an input for policies ("answer only when nothing newer is known"), never a
 * guarantee.
 *
 * @param headOffset the newest offset the runner knew of
 * @param behind how far the event being handled lies behind it; 0 means nothing newer was known
 * @param attempt 1 for the first try of this effect, more for retries
 */
public record Delivery(long headOffset, long behind, int attempt) {}
