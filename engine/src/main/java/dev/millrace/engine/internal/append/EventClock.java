package dev.millrace.engine.internal.append;

import dev.millrace.core.runner.Timers;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The times of events. Example: the newest event of a stream is of 12:00, and the clock of the machine is set back to
 * 11:00. An event that comes 20 s later gets 12:00:18.
 *
 * <p>An event gets the time of the machine's clock. If the newest event of its stream is later than that, time goes on
 * from that event at nine tenths of the pace of the clock, until the clock has caught up. So times never decrease in a
 * stream, and the time between two events is never longer than it was, and shorter by a tenth at most. Rules that
 * compare the times of two events stay true.
 *
 * <p>It remembers since when a stream is ahead, of {@value #MOST} streams at most. If it does not know that, also after
 * a restart, time goes on from the newest event.
 *
 * <p>For the writer thread.
 */
public final class EventClock {
    private static final int MOST = 10_000;

    private final Timers timers;
    private final Map<StreamKey, Ahead> ahead = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamKey, Ahead> eldest) {
            return size() > MOST;
        }
    };

    public EventClock(Timers timers) {
        this.timers = timers;
    }

    /** When the clock showed {@code since}, the time of a stream was {@code time}. */
    private record Ahead(Instant since, Instant time) {
        Instant at(Instant now) {
            return time.plus(Duration.between(since, now).multipliedBy(9).dividedBy(10));
        }
    }

    /** The time of the clock. */
    Instant now() {
        return timers.now();
    }

    /**
     * The time of the next event of a stream.
     *
     * @param newest the time of its newest event
     * @param now the time of the clock
     * @return not before {@code newest}
     */
    Instant next(StreamKey stream, Instant newest, Instant now) {
        if (!now.isBefore(newest)) {
            ahead.remove(stream);
            return now;
        }
        Ahead known = ahead.get(stream);
        if (known == null || now.isBefore(known.since()) || known.at(now).isBefore(newest)) {
            known = new Ahead(now, newest);
            ahead.put(stream, known);
        }
        return known.at(now);
    }
}
