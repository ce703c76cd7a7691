package dev.millrace.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import okhttp3.Response;

/** Why a call failed that a service refused for now: it is overloaded or stopping, and said for how long. */
final class AskedToWait extends Exception {
    private static final long serialVersionUID = 1L;

    private final Duration time;

    private AskedToWait(Duration time) {
        super("the service asked to be left alone for " + time, null, false, false);
        this.time = time;
    }

    /** Of an answer with 429 or 503 and {@code Retry-After}. */
    static Optional<AskedToWait> by(Response response) {
        boolean forNow = response.code() == 429 || response.code() == 503;
        return forNow && response.header("Retry-After") != null
                ? Optional.of(new AskedToWait(
                        RetryAfter.of(response, Instant.ofEpochMilli(response.receivedResponseAtMillis()))))
                : Optional.empty();
    }

    Duration time() {
        return time;
    }
}
