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
 * The two HTTP clients of a port, with dispatchers of their own: short calls, and tails, which hold one connection and
 * one thread each for as long as they live. Safe for use by many threads.
 */
public final class HttpClients {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int CALLS_AT_ONCE = 64;

    private final OkHttpClient calls;
    private final OkHttpClient tails;
    private final @Nullable ConnectionPool ownPool;

    /**
     * Builds both clients.
     *
     * @param base whose pool, interceptors, timeouts of short calls, proxies and certificates are shared; null for our own
     * @param heartbeat how often the service promises to send something; a tail that hears nothing for three is dead
     */
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
        // a redirected append would turn into a read
        calls = builder.dispatcher(callDispatcher)
                .cache(null)
                .followRedirects(false)
                .build();
        ownPool = base == null ? calls.connectionPool() : null;

        Dispatcher tailDispatcher = new Dispatcher(DaemonExecutors.named("millrace-tail-"));
        tailDispatcher.setMaxRequests(Integer.MAX_VALUE);
        tailDispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
        tails = calls.newBuilder()
                .followRedirects(true)
                .dispatcher(tailDispatcher)
                .protocols(List.of(Protocol.HTTP_1_1))
                // a kept connection may be long dead when a machine wakes up, and a tail gains nothing from one
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .connectTimeout(CONNECT)
                .readTimeout(heartbeat.multipliedBy(3))
                .callTimeout(Duration.ZERO)
                .build();
    }

    public OkHttpClient calls() {
        return calls;
    }

    public OkHttpClient tails() {
        return tails;
    }

    /** The threads of the tails. */
    public Executor tailThreads() {
        return tails.dispatcher().executorService();
    }

    /** Cancels what is under way, and lets the threads go when they are done; a shared pool stays as it is. */
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
