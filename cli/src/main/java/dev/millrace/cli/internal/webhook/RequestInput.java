package dev.millrace.cli.internal.webhook;

import dev.millrace.server.webhook.SignedRequest;
import java.time.Instant;
import java.util.Optional;

/**
 * The request that a person wants to check.
 *
 * @param storedAt when a stream stored it; empty for a raw request
 */
record RequestInput(SignedRequest request, Optional<Instant> storedAt) {
    /** Throws a {@code CommandException} if the bytes are neither a raw request nor a stored one. */
    static RequestInput parse(byte[] input) {
        for (byte one : input) {
            if (one == '{' || one == '[') { // the name of a header has none of these
                return StoredRequest.parse(input);
            }
            if (" \t\r\n".indexOf(one) < 0) {
                break;
            }
        }
        return new RequestInput(RawRequest.parse(input), Optional.empty());
    }
}
