package dev.millrace.core;

import java.time.Duration;

/**
 * What a subscription learns each time its connection is made.
 *
 * @param incarnation which life of the stream this is: a destroyed and re-created stream has another one. Empty when
 *     the service does not say
 * @param watermark the last offset the stream had when this connection began, captured before anything was read; 0 for
 *     none
 * @param gap how long the subscription was deaf before this connection, on the service's clock; zero for the first
 */
public record ConnectionInfo(String incarnation, long watermark, Duration gap) {}
