package dev.millrace.server.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A text that a sender has signed, once or several times.
 *
 * @param start what is signed before the body, in ASCII
 * @param signatures the decoded signatures, any one of which is enough
 * @param time when the sender signed; empty if the scheme has no time
 */
record SignedText(String start, List<byte[]> signatures, Optional<Instant> time) {}
