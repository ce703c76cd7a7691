package dev.millrace.client.internal.http;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The two HTTP clients of this module, each with its own dispatcher: one for short calls, and one for tails, which use
 * one connection and one thread each. Thread-safe.
 */
public final class HttpClients {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration LONG_ANSWER = Duration.ofMinutes(5);
    private static final int CALLS_AT_ONCE = 64;

    private final OkHttpClient calls;
    private final OkHttpClient longCalls;
    private final OkHttpClient tails;
    private final @Nullable ConnectionPool ownPool;

    /** Builds the clients from a base, if there is one. A tail is dead after three heartbeats without a byte. */
    public HttpClients(@Nullable OkHttpClient base, Duration heartbeat) {
        Dispatcher callDispatcher = new Dispatcher(DaemonExecutors.named("millrace-call-"));
        callDispatcher.setMaxRequests(CALLS_AT_ONCE);
        callDispatcher.setMaxRequestsPerHost(CALLS_AT_ONCE);
        OkHttpClient.Builder builder = base != null
                ? base.newBuilder()
                : new OkHttpClient.Builder()
                        .socketFactory(new NoDelaySocketFactory())
                        .connectTimeout(CONNECT)
                        .readTimeout(ANSWER)
                        .writeTimeout(ANSWER);
        // a redirected append would become a read
        calls = builder.dispatcher(callDispatcher)
                .cache(null)
                .followRedirects(false)
                .build();
        longCalls = base == null ? calls.newBuilder().readTimeout(LONG_ANSWER).build() : calls;
        ownPool = base == null ? calls.connectionPool() : null;

        Dispatcher tailDispatcher = new Dispatcher(DaemonExecutors.named("millrace-tail-"));
        tailDispatcher.setMaxRequests(Integer.MAX_VALUE);
        tailDispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
        tails = calls.newBuilder()
                .followRedirects(true)
                .dispatcher(tailDispatcher)
                .protocols(List.of(Protocol.HTTP_1_1))
                // a kept connection may be dead when a machine wakes up, and a tail does not need one
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .connectTimeout(CONNECT)
                .readTimeout(heartbeat.multipliedBy(3))
                .callTimeout(Duration.ZERO)
                .build();
    }

    public OkHttpClient calls() {
        return calls;
    }

    /** As {@link #calls}, for a request whose answer can take minutes: the whole of a large log is stored before it. */
    public OkHttpClient longCalls() {
        return longCalls;
    }

    public OkHttpClient tails() {
        return tails;
    }

    public Executor tailThreads() {
        return tails.dispatcher().executorService();
    }

    /** Cancels all calls and ends the threads; does not close a shared pool. */
    public void close() {
        calls.dispatcher().cancelAll();
        tails.dispatcher().cancelAll();
        calls.dispatcher().executorService().shutdown();
        tails.dispatcher().executorService().shutdown();
        if (ownPool != null) {
            ownPool.evictAll();
        }
    }
}
