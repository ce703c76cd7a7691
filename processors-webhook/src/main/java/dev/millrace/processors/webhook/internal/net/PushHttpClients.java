package dev.millrace.processors.webhook.internal.net;

import dev.millrace.processors.webhook.internal.send.MessageSizeInterceptor;
import dev.millrace.processors.webhook.internal.send.WebhookSettings;
import java.net.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.OkHttpClient;

/**
 * The HTTP clients of all subscribers with the same settings. Limits: 1024 requests and, counted apart, 4096
 * WebSockets, in total and per host. A hanging request occupies a thread until its timeout, a WebSocket occupies one
 * while it is open. There are no proxies, redirects, cookies or caches: a request goes to the configured URL or fails.
 */
public final class PushHttpClients {
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Dispatcher SOCKETS = dispatcher("millrace-websocket-", 4096);
    private static final OkHttpClient BASE = new OkHttpClient.Builder()
            .dispatcher(dispatcher("millrace-webhook-", 1024))
            .connectionPool(new ConnectionPool(64, 1, TimeUnit.MINUTES))
            .proxy(Proxy.NO_PROXY)
            .followRedirects(false)
            .followSslRedirects(false)
            .build();
    private static final Map<WebhookSettings, PushHttpClients> SHARED = new ConcurrentHashMap<>();

    private final WebhookSettings settings;
    private final OkHttpClient guarded;
    private final OkHttpClient trusting;
    private final OkHttpClient guardedSockets;
    private final OkHttpClient trustingSockets;

    PushHttpClients(WebhookSettings settings, Dns names) {
        this.settings = settings;
        AddressGuard guard = new AddressGuard(names, settings.loopback());
        this.trusting = BASE.newBuilder()
                .dns(names)
                .callTimeout(settings.timeout())
                .connectTimeout(settings.timeout())
                .readTimeout(settings.timeout())
                .writeTimeout(settings.timeout())
                .build();
        this.guarded = trusting.newBuilder()
                .dns(guard)
                .socketFactory(new GuardedSocketFactory(guard))
                .build();
        this.trustingSockets = sockets(trusting);
        this.guardedSockets = sockets(guarded);
    }

    /** The clients for these settings; the same ones for equal settings. */
    public static PushHttpClients of(WebhookSettings settings) {
        return SHARED.computeIfAbsent(settings, wanted -> new PushHttpClients(wanted, Dns.SYSTEM));
    }

    public WebhookSettings settings() {
        return settings;
    }

    public OkHttpClient requests(CallbackUrl callbackUrl) {
        return isTrusted(callbackUrl) ? trusting : guarded;
    }

    public OkHttpClient sockets(CallbackUrl callbackUrl) {
        return isTrusted(callbackUrl) ? trustingSockets : guardedSockets;
    }

    private boolean isTrusted(CallbackUrl callbackUrl) {
        return settings.allowHosts().contains(callbackUrl.url().host());
    }

    private static OkHttpClient sockets(OkHttpClient requests) {
        return requests.newBuilder()
                .dispatcher(SOCKETS)
                .pingInterval(PING)
                .addInterceptor(new MessageSizeInterceptor())
                .build();
    }

    private static Dispatcher dispatcher(String threads, int limit) {
        AtomicInteger number = new AtomicInteger();
        Dispatcher dispatcher = new Dispatcher(new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, threads + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                }));
        dispatcher.setMaxRequests(limit);
        dispatcher.setMaxRequestsPerHost(limit);
        return dispatcher;
    }
}
