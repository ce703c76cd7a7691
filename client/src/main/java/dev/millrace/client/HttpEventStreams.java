package dev.millrace.client;

import dev.millrace.client.internal.http.ApiCall;
import dev.millrace.client.internal.http.AppendQueues;
import dev.millrace.client.internal.http.AppendRequest;
import dev.millrace.client.internal.http.AppendSender;
import dev.millrace.client.internal.http.AsyncHttpCaller;
import dev.millrace.client.internal.http.HttpClients;
import dev.millrace.client.internal.http.RequestFactory;
import dev.millrace.client.internal.http.ResponseDecoder;
import dev.millrace.client.internal.http.StreamExceptions;
import dev.millrace.client.internal.tail.HttpStreamTail;
import dev.millrace.client.internal.tail.HttpSubtreeTail;
import dev.millrace.client.internal.tail.ReconnectingTail;
import dev.millrace.client.internal.tail.TailContext;
import dev.millrace.core.AppendResult;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * The event streams of a Millrace server, over HTTP. Safe for use by many threads.
 *
 * <p><b>Futures</b> complete on this client's threads. If one fails, it fails with a {@link StreamException} with the
 * message of the service, or with the code {@code UNAVAILABLE} if the service cannot be reached. Cancelling a future
 * cancels the call, but the service may have done it already.
 *
 * <p><b>Appends</b> to one stream are sent one by one, each after the answer to the one before, so that they are stored
 * in the order of the calls. For many events use {@link #appendAll}. If the connection fails, an append is sent again
 * at most three times, with a growing random delay, but only if each of its events has an idempotency key (see {@link
 * Builder#idempotencyKeys}). Without a key the failure is reported at once, because the event may or may not be stored.
 * An error answer of the service is reported at once too. Exception: after 429 or 503 with a {@code Retry-After} of at
 * most 30 s, an append with keys waits that long and is sent again. {@link AppendResult#replayed()} is also true if an
 * earlier attempt of the same call stored the event. {@link #destroy}, {@link #fork} and {@link #importEvents} are never sent again. A read is
 * sent again at once if a kept connection breaks. A read whose answer ends early fails with {@code UNAVAILABLE}; it
 * never returns a part of the events.
 *
 * <p><b>Subscriptions</b> reconnect without limit and continue after the last delivered event: no event is lost or
 * delivered twice. The delay is random, grows from 100 ms to 10 s, and is never shorter than {@code Retry-After}; after
 * an orderly end (the server stops) the first attempt has none. A connection without a byte for three heartbeats is
 * closed. If the stream is destroyed, the server sends {@code event: destroyed} and the subscription ends. A subscriber
 * that was not connected then follows the next incarnation of the stream from offset 1. A subscription ends with a
 * failure only after 400, 403, 404, 413 and other client errors. If the stream does not exist and the token may not
 * create it ({@code STREAM_NOT_FOUND}), the subscription waits for it; all other calls fail. If the service sends
 * something that is not an event, the connection is closed and the event is read again; it is never skipped. A
 * subscriber is called on the thread that reads the socket; while it blocks, nothing is read or queued, and no
 * time-out runs. The {@code gap} is measured with the clock of the service.
 *
 * <p>If a service does not send the header {@code Millrace-Watermark}, the client asks for the state before each
 * connection and uses its event count as the watermark.
 *
 * @since 0.1
 */
public final class HttpEventStreams implements EventStreams, AutoCloseable {
    private final ProjectSlug project;
    private final RequestFactory requestFactory;
    private final HttpClients httpClients;
    private final AsyncHttpCaller asyncHttpCaller;
    private final AsyncHttpCaller longCalls;
    private final AppendSender sender;
    private final AppendQueues lanes = new AppendQueues();
    private final TailContext tailContext;
    private final @Nullable Supplier<String> keys;
    private final Set<ReconnectingTail> tails = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private HttpEventStreams(Builder settings) {
        Backoff backoff = new Backoff(settings.firstDelay, settings.mostDelay);
        this.project = settings.project;
        this.keys = settings.keys;
        this.requestFactory = new RequestFactory(settings.base, settings.project, settings.token);
        this.httpClients = new HttpClients(settings.httpClient, settings.heartbeat);
        this.asyncHttpCaller = new AsyncHttpCaller(httpClients.calls());
        this.longCalls = new AsyncHttpCaller(httpClients.longCalls());
        this.sender = new AppendSender(asyncHttpCaller, settings.timers, backoff, settings.random);
        this.tailContext = new TailContext(
                httpClients.tails(),
                httpClients.calls(),
                requestFactory,
                settings.timers,
                backoff,
                settings.random,
                httpClients.tailThreads(),
                tails::remove);
    }

    /**
     * Begins a client of one server.
     *
     * @param baseUrl {@code http://host:port}, with a path if the server is mounted below one. Do not use a URL that
     *     redirects: only tails follow redirects
     * @throws IllegalArgumentException if it is not an HTTP URL
     */
    public static Builder builder(URI baseUrl) {
        return new Builder(baseUrl);
    }

    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        return append(path, input, true);
    }

    private CompletableFuture<AppendResult> append(StreamPath path, EventInput input, boolean retries) {
        return append(path, () -> AppendRequest.of(keyed(input)), body -> body::readOne, retries);
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        return appendAll(path, inputs, true);
    }

    private CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs, boolean retries) {
        return append(
                path,
                () -> AppendRequest.of(inputs.stream().map(this::keyed).toList()),
                body -> body::readAll,
                retries);
    }

    @Override
    public EventStreams withoutRetries() {
        return new WithoutRetries();
    }

    /** These streams, with appends that are sent only once, in the same order as the others. */
    private final class WithoutRetries implements ForwardingEventStreams {
        @Override
        public EventStreams delegate() {
            return HttpEventStreams.this;
        }

        @Override
        public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
            return HttpEventStreams.this.append(path, input, false);
        }

        @Override
        public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
            return HttpEventStreams.this.appendAll(path, inputs, false);
        }
    }

    private EventInput keyed(EventInput input) {
        return keys == null || input.idempotencyKey().isPresent()
                ? input
                : EventInput.builder().from(input).idempotencyKey(keys.get()).build();
    }

    private <T> CompletableFuture<T> append(
            StreamPath path,
            Supplier<AppendRequest> input,
            Function<AppendRequest, ApiCall.Answer<T>> answer,
            boolean retries) {
        AppendRequest body;
        try {
            body = input.get();
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(StreamExceptions.unsendable("append", path, e));
        }
        ApiCall<T> apiCall =
                new ApiCall<>("append", path, requestFactory.append(path, body.json()), answer.apply(body));
        return lanes.enter(path, !retries, () -> sender.send(apiCall, retries && body.keyed()));
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        Request request;
        try {
            request = requestFactory.read(path, range);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(StreamExceptions.unsendable("read", path, e));
        }
        return asyncHttpCaller.send(
                new ApiCall<>("read", path, request, response -> ResponseDecoder.events(response, range)));
    }

    /**
     * As {@link EventStreams#subscribe}; returns at once, also if the service cannot be reached.
     *
     * @throws IllegalArgumentException if {@code afterOffset} is negative
     * @throws StreamException if this client is closed
     */
    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        if (afterOffset < 0) {
            throw new IllegalArgumentException("afterOffset must be 0 or more, got " + afterOffset);
        }
        if (closed) {
            throw StreamExceptions.closed("subscribe", path);
        }
        return start(new HttpStreamTail(tailContext, path, afterOffset, subscriber));
    }

    /**
     * As {@link EventStreams#subscribeSubtree}; returns at once, also if the service cannot be reached. It uses one
     * connection for all streams. If the service does not support it, it ends with {@link
     * UnsupportedOperationException}.
     *
     * @throws StreamException if this client is closed
     */
    @Override
    public Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        if (closed) {
            throw StreamExceptions.closed("subscribe", path);
        }
        return start(new HttpSubtreeTail(tailContext, path, subscriber));
    }

    private Subscription start(ReconnectingTail tail) {
        tails.add(tail);
        tail.connect();
        if (closed) {
            tail.close();
        }
        return tail;
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path) {
        return asyncHttpCaller.send(new ApiCall<>("state", path, requestFactory.state(path), ResponseDecoder::state));
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        return asyncHttpCaller.send(new ApiCall<>("list", path, requestFactory.list(path), ResponseDecoder::summaries));
    }

    @Override
    public CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
        return asyncHttpCaller.send(new ApiCall<>(
                "destroy",
                path,
                requestFactory.destroy(path, children),
                response -> ResponseDecoder.destroyed(response, project)));
    }

    @Override
    public CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
        return asyncHttpCaller.perform(
                new ApiCall<>("fork", from, requestFactory.fork(from, at, to), ResponseDecoder::done));
    }

    /**
     * Creates a stream from the events of another one, which may be of another service: with their offsets, times,
     * payloads, metadata and idempotency keys, and its own first event, which names the source. As after a {@link
     * #fork}, no processor acts on the new stream before its own first append. The token must allow {@code admin}. It is
     * stored as a whole or not at all, and is never sent again.
     *
     * @param events a file in UTF-8 with one event a line, as reads return them, from offset 1 without gaps. It is read
     *     while it is sent; do not change it before the future completes
     * @return fails with {@code CONFLICT} if the stream exists, with {@code BAD_REQUEST} if the file cannot be read or a
     *     line is not the next event, and with {@code TOO_LARGE} above the limits of the service
     */
    public CompletableFuture<Void> importEvents(StreamPath path, Path events) {
        if (!Files.isReadable(events)) {
            return CompletableFuture.failedFuture(StreamExceptions.unsendable(
                    "import", path, new IllegalArgumentException("cannot read " + events + "; give a file of events")));
        }
        return longCalls.perform(
                new ApiCall<>("import", path, requestFactory.importLog(path, events), ResponseDecoder::done));
    }

    /**
     * Closes every subscription, fails running calls with {@code UNAVAILABLE}, and releases threads and connections,
     * except the connection pool of {@link Builder#httpClient}. Does not wait for subscribers. The second call does
     * nothing.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        asyncHttpCaller.close();
        longCalls.close();
        tails.forEach(ReconnectingTail::close);
        httpClients.close();
    }

    /** Configures a client. Not safe for use by many threads. */
    public static final class Builder {
        private final HttpUrl base;
        private ProjectSlug project = ProjectSlug.defaultProject();
        private @Nullable OkHttpClient httpClient;
        private @Nullable String token;
        private @Nullable Supplier<String> keys;
        private Duration heartbeat = Duration.ofSeconds(5);
        private Duration firstDelay = Duration.ofMillis(100);
        private Duration mostDelay = Duration.ofSeconds(10);
        private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        private Timers timers = Timers.system();

        private Builder(URI baseUrl) {
            HttpUrl url = HttpUrl.get(baseUrl);
            if (url == null) {
                throw new IllegalArgumentException(
                        "base URL is not an HTTP URL: '" + baseUrl + "'; use http://host:port or https://host");
            }
            this.base = url;
        }

        /** The project of the streams; {@code public} by default. */
        public Builder project(ProjectSlug slug) {
            this.project = slug;
            return this;
        }

        /**
         * Uses the interceptors, proxy and certificates of this client; except for tails, also its connection pool,
         * protocols and time-outs. Its dispatcher and cache are not used. By default, connecting may take 10 s and an
         * answer 30 s, or 5 min for {@link HttpEventStreams#importEvents}. If a token changes, set it in an interceptor,
         * which sees every attempt; an authenticator does not work for appends, because they are not sent again for it.
         */
        public Builder httpClient(OkHttpClient shared) {
            this.httpClient = shared;
            return this;
        }

        /**
         * The longest time in which the server sends at least one byte on a tail; 5 s by default. After three times as
         * long without a byte the tail reconnects.
         *
         * @throws IllegalArgumentException if it is below 1 ms or above 1 day
         */
        public Builder heartbeat(Duration every) {
            if (every.compareTo(Duration.ofMillis(1)) < 0 || every.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("heartbeat must be 1 ms to 1 day, got " + every);
            }
            this.heartbeat = every;
            return this;
        }

        /**
         * The longest delay after the first failure (100 ms by default). It doubles with every further failure, up to
         * {@code most} (10 s by default). The real delay is shorter by a random part, up to half.
         *
         * @throws IllegalArgumentException unless {@code 0 < first <= most}
         */
        public Builder backoff(Duration first, Duration most) {
            Backoff checked = new Backoff(first, most);
            this.firstDelay = checked.first();
            this.mostDelay = checked.most();
            return this;
        }

        /** The source of the random part of delays; called by one thread at a time. */
        public Builder random(RandomGenerator generator) {
            this.random = generator;
            return this;
        }

        /** The clock, and the timers between attempts; the system's by default. */
        public Builder timers(Timers clockAndTimers) {
            this.timers = clockAndTimers;
            return this;
        }

        /**
         * The bearer token sent with every request; none by default.
         *
         * @throws IllegalArgumentException if it is empty or is not printable ASCII; the message does not repeat it
         */
        public Builder token(String bearer) {
            if (bearer.isEmpty() || !bearer.chars().allMatch(c -> c > ' ' && c <= '~')) {
                throw new IllegalArgumentException(
                        "token must be printable ASCII without spaces; check the file or variable that it comes from");
            }
            this.token = bearer;
            return this;
        }

        /**
         * Adds an idempotency key to every appended event without one, so that each append can be sent again if its
         * connection fails. By default none is added, because the key is stored with the event and visible to readers.
         *
         * @param unique returns a new key each time, for example {@code () -> UUID.randomUUID().toString()}; called by
         *     many threads
         */
        public Builder idempotencyKeys(Supplier<String> unique) {
            this.keys = unique;
            return this;
        }

        /** Creates the client; nothing is sent yet. */
        public HttpEventStreams build() {
            return new HttpEventStreams(this);
        }
    }
}
