package dev.millrace.processors.agent.internal;

import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The time by the clock of the service, which writes the times of events. The clock of this machine may show another
 * time, so the two are never compared directly.
 *
 * <p>An event that has just been appended shows how far the service is ahead: its time minus the local time of its arrival,
 * less the time on the way. The greatest value is the best one; it counts for five to ten minutes, so that a clock that
 * was set is noticed. Before such an event arrives, after a start, the local clock counts, or the newest time in the log
 * if that is later. So the result is never far after the time of the service if there was such an event: a limit is
 * judged late rather than early. Each stream has an instance, because its times may go on slowly after the clock of the
 * service was set back. Thread-safe.
 */
public final class ServiceClock {
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private boolean isMeasured;
    private Duration ahead = Duration.ZERO;
    private Duration aheadBefore = Duration.ZERO;
    private Duration windowStart = Duration.ZERO;

    /**
     * Notes an event that has arrived.
     *
     * @param isLive whether it was appended while this process was following the stream
     * @param elapsed the time since any fixed moment, by a clock that is never set
     */
    public synchronized void arrived(Instant createdAt, boolean isLive, Instant now, Duration elapsed) {
        Duration seen = Duration.between(now, createdAt);
        if (!isLive) {
            ahead = isMeasured ? ahead : longer(ahead, seen);
            return;
        }
        if (!isMeasured) {
            isMeasured = true;
            ahead = seen;
            aheadBefore = seen;
            windowStart = elapsed;
        } else if (elapsed.minus(windowStart).compareTo(WINDOW) >= 0) {
            aheadBefore = ahead;
            ahead = seen;
            windowStart = elapsed;
        } else {
            ahead = longer(ahead, seen);
        }
    }

    /** The time of the service at a local time. */
    public synchronized Instant at(Instant now) {
        return now.plus(difference());
    }

    /** The local time at a time of the service. */
    public synchronized Instant local(Instant service) {
        return service.minus(difference());
    }

    private Duration difference() {
        return isMeasured ? longer(ahead, aheadBefore) : ahead;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** The clocks of the 10,000 streams that were used last. Thread-safe. */
    public static final class OfStreams {
        private static final int MOST = 10_000;

        private final Map<StreamPath, ServiceClock> clocks = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<StreamPath, ServiceClock> eldest) {
                return size() > MOST;
            }
        };

        public synchronized ServiceClock of(StreamPath stream) {
            return clocks.computeIfAbsent(stream, path -> new ServiceClock());
        }
    }
}
