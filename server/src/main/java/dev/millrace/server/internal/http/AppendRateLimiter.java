package dev.millrace.server.internal.http;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How many events each caller may append in a second, what a fork copies among them: a bucket for each that holds one second's worth and fills all the
 * time. A batch that is larger than the bucket passes when that is full, and leaves a debt. Remembers the callers that came
 * last. Safe for use by many threads.
 */
public final class AppendRateLimiter {
    private static final int MOST_CALLERS = 10_000;

    private final int perSecond;
    private final Timers timers;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_CALLERS;
        }
    };

    private record Bucket(double events, Instant at) {}

    /** Without a number there is no limit. */
    public AppendRateLimiter(OptionalInt perSecond, Timers timers) {
        this.perSecond = perSecond.orElse(0);
        this.timers = timers;
    }

    /**
     * Takes events out of a caller's bucket.
     *
     * @throws HttpErrorException when there are not enough in it; it is left as it is
     */
    public synchronized void take(String caller, int events) {
        if (perSecond == 0) {
            return;
        }
        Instant now = timers.now();
        Bucket bucket = buckets.getOrDefault(caller, new Bucket(perSecond, now));
        double seconds = Math.max(0, Duration.between(bucket.at(), now).toNanos() / 1e9);
        double left = Math.min(perSecond, bucket.events() + seconds * perSecond);
        double needed = Math.min(events, perSecond);
        if (left < needed) {
            buckets.put(caller, new Bucket(left, now));
            long wait = (long) Math.max(1, Math.ceil((needed - left) / perSecond));
            throw HttpErrorException.tooMany(
                    "too many events: at most " + perSecond + " events a second are allowed (limit rateLimit), and "
                            + events + " more came; come again in " + wait + " s, or less often",
                    wait);
        }
        buckets.put(caller, new Bucket(left - events, now));
    }
}
