package dev.millrace.server.internal.http;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A rate limiter for appended events, with one token bucket per caller. A bucket holds the events of one second and is
 * refilled continuously. A fork and an import take as many events as they copy. A batch larger than the bucket is allowed when the
 * bucket is full; then the bucket becomes negative. The limiter remembers the last 10,000 callers. Thread-safe.
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

    private record Bucket(double events, Duration at) {}

    /** A limit of this many events per second; empty for no limit. */
    public AppendRateLimiter(OptionalInt perSecond, Timers timers) {
        this.perSecond = perSecond.orElse(0);
        this.timers = timers;
    }

    /**
     * Takes events from the bucket of a caller; throws a 429 {@link HttpErrorException}, and takes nothing, if it has
     * too few.
     */
    public synchronized void take(String caller, int events) {
        if (perSecond == 0) {
            return;
        }
        Duration now = timers.elapsed();
        Bucket bucket = buckets.getOrDefault(caller, new Bucket(perSecond, now));
        double seconds = now.minus(bucket.at()).toNanos() / 1e9;
        double left = Math.min(perSecond, bucket.events() + seconds * perSecond);
        double needed = Math.min(events, perSecond);
        if (left < needed) {
            buckets.put(caller, new Bucket(left, now));
            long wait = (long) Math.max(1, Math.ceil((needed - left) / perSecond));
            throw HttpErrorException.tooMany(
                    "too many events: at most " + perSecond + " events per second are allowed (limit rateLimit), and "
                            + events + " more were sent; try again in " + wait + " s, and send fewer events per second",
                    wait);
        }
        buckets.put(caller, new Bucket(left - events, now));
    }
}
