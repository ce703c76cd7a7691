package dev.millrace.core;

import java.time.Duration;

/**
 * The state of a stream at the moment when a subscription connects to it.
 *
 * @param incarnation identifies the stream between its creation and its destruction: a stream that was destroyed and
 *     created again has another one. Empty if the service does not say it
 * @param watermark the last offset of the stream when this connection began, read before any event was sent; 0 for none
 * @param gap the time without a connection before this one, on the service's clock; zero for the first connection
 * @since 0.1
 */
public record ConnectionInfo(String incarnation, long watermark, Duration gap) {}
