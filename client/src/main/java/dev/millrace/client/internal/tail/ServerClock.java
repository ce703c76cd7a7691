package dev.millrace.client.internal.tail;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long a tail was deaf, in the service's time: from the last byte of the old connection to the answer of
 * the new one. The local clock is only used within one connection, while bytes arrive, because it stands still or jumps
 * when the machine sleeps.
 *
 * <p>Not safe for use by many threads; a tail uses it from the thread whose turn it is.
 */
final class ServerClock {
    private @Nullable Instant serverAtConnect;
    private Instant localAtConnect = Instant.EPOCH;
    private Instant localAtLastByte = Instant.EPOCH;

    /**
     * Notes that a connection was made.
     *
     * @param server the service's time in its answer
     * @param local the local time at which the answer arrived
     * @return how long the tail was deaf before; zero for the first connection, never negative
     */
    Duration connected(Instant server, Instant local) {
        Duration gap = Duration.ZERO;
        if (serverAtConnect != null) {
            Instant lastByte = serverAtConnect.plus(Duration.between(localAtConnect, localAtLastByte));
            gap = Duration.between(lastByte, server);
        }
        serverAtConnect = server;
        localAtConnect = local;
        localAtLastByte = local;
        return gap.isNegative() ? Duration.ZERO : gap;
    }

    /** Notes that at least one byte arrived at this local time. */
    void byteArrived(Instant local) {
        if (local.isAfter(localAtLastByte)) {
            localAtLastByte = local;
        }
    }
}
