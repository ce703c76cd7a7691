package dev.millrace.server.internal.http;

import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;

/**
 * Limits the time in which a request arrives; Jetty's idle time-out does not, because each byte begins it again. The
 * headers must arrive within {@value #HEAD_SECONDS} seconds. A body has {@value #GRACE_SECONDS} seconds, and after that
 * one more for every {@value #BYTES_PER_SECOND} bytes. Time is counted in ticks of one second, for all connections at
 * once, so a request costs no timer. Thread-safe.
 */
public final class ConnectionWatch implements Connection.Listener {
    static final int HEAD_SECONDS = 20;
    static final int GRACE_SECONDS = 20;
    static final int BYTES_PER_SECOND = 1024;

    private static final System.Logger LOG = System.getLogger("dev.millrace.server");

    private static final Duration TICK = Duration.ofSeconds(1);
    /** After so many ticks without a byte, a body can lose its place to others. */
    private static final int STALLED = 2;

    private final Timers timers;
    private final Map<Connection, Watched> open = new ConcurrentHashMap<>();
    private boolean ticking;

    public ConnectionWatch(Timers timers) {
        this.timers = timers;
    }

    @Override
    public void onOpened(Connection connection) {
        open.put(connection, new Watched(connection));
        synchronized (this) {
            if (!ticking) {
                ticking = true;
                timers.after(TICK, this::tick);
            }
        }
    }

    @Override
    public void onClosed(Connection connection) {
        open.remove(connection);
    }

    static Watched of(Request request) {
        return request.getAttribute(Watched.class.getName()) instanceof Watched watched
                ? watched
                : new Watched(request.getConnectionMetaData().getConnection());
    }

    /** Called when the headers of a request have arrived. */
    void begin(Request request) {
        Watched watched = open.get(request.getConnectionMetaData().getConnection());
        if (watched != null) {
            watched.answer();
            request.setAttribute(Watched.class.getName(), watched);
            Request.addCompletionListener(request, failure -> watched.await());
        }
    }

    /** Drops the body that has made no progress for the longest time; false if all of them come on. */
    boolean dropStalled() {
        Optional<Watched> longest = open.values().stream()
                .filter(Watched::isStalled)
                .max(Comparator.comparingInt(watched -> watched.still));
        return longest.map(Watched::drop).orElse(false);
    }

    private void tick() {
        open.values().forEach(this::tick);
        synchronized (this) {
            ticking = !open.isEmpty();
            if (ticking) {
                timers.after(TICK, this::tick);
            }
        }
    }

    /** One connection that fails must not end the watch of all others. */
    private void tick(Watched watched) {
        try {
            watched.tick();
        } catch (RuntimeException e) {
            open.remove(watched.connection);
            LOG.log(Level.WARNING, "a connection is no longer watched for slow requests", e);
        }
    }

    /** One connection. */
    static final class Watched {
        private final Connection connection;
        private boolean awaiting = true;
        private long bytesBefore;
        private int ticks;
        private long received;
        private volatile int still;
        private Optional<Runnable> drop = Optional.empty();

        private Watched(Connection connection) {
            this.connection = connection;
        }

        private synchronized void await() {
            answer();
            awaiting = true;
            bytesBefore = connection.getBytesIn();
        }

        /** Nothing is expected from the client. */
        synchronized void answer() {
            awaiting = false;
            drop = Optional.empty();
            ticks = 0;
            still = 0;
            received = 0;
        }

        /** A body arrives; {@code tooSlow} ends it. */
        synchronized void receive(Runnable tooSlow) {
            answer();
            drop = Optional.of(tooSlow);
        }

        synchronized void received(int bytes) {
            received += bytes;
            still = 0;
        }

        private synchronized boolean isStalled() {
            return drop.isPresent() && still >= STALLED;
        }

        private boolean drop() {
            Optional<Runnable> tooSlow;
            synchronized (this) {
                tooSlow = drop;
                answer();
            }
            tooSlow.ifPresent(Runnable::run);
            return tooSlow.isPresent();
        }

        private void tick() {
            boolean tooLate;
            boolean tooSlow;
            synchronized (this) {
                ticks += drop.isPresent() || (awaiting && connection.getBytesIn() > bytesBefore) ? 1 : 0;
                still++;
                tooLate = awaiting && ticks > HEAD_SECONDS;
                tooSlow = drop.isPresent() && received < (ticks - GRACE_SECONDS) * (long) BYTES_PER_SECOND;
            }
            if (tooLate) {
                close();
            } else if (tooSlow) {
                drop();
            }
        }

        void close() {
            connection.getEndPoint().close(new TimeoutException("the request did not arrive in time"));
        }
    }
}
