package dev.millrace.client.internal.tail;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A clock for gaps: it measures the time without a connection, in the time of the service, from the last byte of the
 * old connection to the response of the new one. The elapsed time of this machine is used only within one connection,
 * because it stops when the machine sleeps. Not thread-safe; confined to the current thread of its {@link
 * ReconnectingTail}.
 */
final class ServerClock {
    private @Nullable Instant serverAtConnect;
    private Duration localAtConnect = Duration.ZERO;
    private Duration localAtLastByte = Duration.ZERO;

    /**
     * Called with the service's time in its response and the elapsed time here; returns the gap, zero for the first
     * connection, never negative.
     */
    Duration connected(Instant server, Duration local) {
        Duration gap = Duration.ZERO;
        if (serverAtConnect != null) {
            Instant lastByte = serverAtConnect.plus(localAtLastByte.minus(localAtConnect));
            gap = Duration.between(lastByte, server);
        }
        serverAtConnect = server;
        localAtConnect = local;
        localAtLastByte = local;
        return gap.isNegative() ? Duration.ZERO : gap;
    }

    void byteArrived(Duration local) {
        localAtLastByte = local;
    }
}
