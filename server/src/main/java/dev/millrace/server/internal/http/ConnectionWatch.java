package dev.millrace.server.internal.http;

import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;

/**
 * Limits the time in which a request arrives; Jetty's idle time-out does not, because each byte begins it again. The
 * headers must arrive within {@value #HEAD_SECONDS} seconds. A body has {@value #GRACE_SECONDS} seconds, and after that
 * one more for every {@value #BYTES_PER_SECOND} bytes. Only time in which the server waits for the client counts. It is
 * counted in ticks of one second, for all connections at once, so a request costs no timer. Thread-safe.
 */
public final class ConnectionWatch implements Connection.Listener {
    static final int HEAD_SECONDS = 20;
    static final int GRACE_SECONDS = 20;
    static final int BYTES_PER_SECOND = 1024;

    private static final System.Logger LOG = System.getLogger("dev.millrace.server");

    private static final Duration TICK = Duration.ofSeconds(1);

    private final Timers timers;
    private final Map<Connection, Watched> open = new ConcurrentHashMap<>();
    private boolean ticking;

    public ConnectionWatch(Timers timers) {
        this.timers = timers;
    }

    @Override
    public void onOpened(Connection connection) {
        var unused = watched(connection);
    }

    Watched watched(Connection connection) {
        Watched watched = new Watched(connection);
        open.put(connection, watched);
        synchronized (this) {
            if (!ticking) {
                ticking = true;
                timers.after(TICK, this::tick);
            }
        }
        return watched;
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
        private boolean paused;
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
            paused = false;
            received = 0;
        }

        /** A body arrives; {@code tooSlow} ends it. */
        synchronized void receive(Runnable tooSlow) {
            answer();
            drop = Optional.of(tooSlow);
        }

        synchronized void received(int bytes) {
            received += bytes;
        }

        /** The server does not read until {@link #resume}: this time is not the client's. */
        synchronized void pause() {
            paused = true;
        }

        synchronized void resume() {
            paused = false;
        }

        private void drop() {
            Optional<Runnable> tooSlow;
            synchronized (this) {
                tooSlow = drop;
                answer();
            }
            tooSlow.ifPresent(Runnable::run);
        }

        private void tick() {
            boolean tooLate;
            boolean tooSlow;
            synchronized (this) {
                boolean awaitsBody = drop.isPresent() && !paused;
                ticks += awaitsBody || (awaiting && connection.getBytesIn() > bytesBefore) ? 1 : 0;
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
