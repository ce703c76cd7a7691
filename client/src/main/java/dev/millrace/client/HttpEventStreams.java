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
 * Streams of a Millrace server, over HTTP. Safe for use by many threads.
 *
 * <p><b>Futures</b> complete on this client's threads, exceptionally with a {@link StreamException}: a refusal carries
 * the service's own words, a service that cannot be reached is {@link StreamException.Code#UNAVAILABLE}. Cancelling a
 * future cancels its call; whether the service had already done it is then not known.
 *
 * <p><b>Appends</b> to one stream are sent one after the other, each when the one before it is answered, so that they
 * are stored in the order of the calls; whoever has many events at once should use {@link #appendAll}. When the
 * connection fails, an append is sent again at most three times, with a growing random delay, and only if its event - of
 * a batch, every event - has an idempotency key; {@link Builder#idempotencyKeys} gives one to each that has none. Without a
 * key the failure is reported at once, because the event may or may not have been stored. So is an answer of the service,
 * but for 429 and 503 with a {@code Retry-After} of at most 30 s, which is heeded. {@link AppendResult#replayed()} is also true
 * when the first of such attempts was the one that was stored. A {@link #destroy} and a {@link #fork} are never sent again;
 * what only reads may be, at once, when a connection that was kept from before breaks.
 *
 * <p><b>Subscriptions</b> reconnect for ever, after a random delay that grows from 100 ms to 10 s, never sooner than
 * {@code Retry-After} says, and resume after the last delivered event: nothing is lost, nothing comes twice. A
 * connection on which nothing is heard for three heartbeats is given up. An orderly end (the server stops) is first
 * followed by one attempt without delay. A server that ends a tail because its stream was destroyed says so ({@code
 * event: destroyed}), and that ends the subscription as well. A subscriber who missed that, because it was not connected,
 * becomes a subscriber of the stream's next life, is told the new incarnation, and gets that log from offset 1. Only
 * an answer that would stay the same ends a subscription with a failure: 400, 403, 404, 413 and other client errors.
 * Something on the wire that is no event breaks the connection and is read again; it is never skipped. A subscriber is
 * called on the thread that reads the socket; while it blocks, nothing is read, nothing is queued, and no time-out runs.
 * The {@code gap} of a connection is measured on the service's clock.
 *
 * <p>Against a service that does not send the {@code Millrace-Watermark} header, the watermark is the state's event count,
 * asked for before each connection, and caught up is reported when the event at that offset has been delivered.
 */
public final class HttpEventStreams implements EventStreams, AutoCloseable {
    private final ProjectSlug project;
    private final RequestFactory requests;
    private final HttpClients transport;
    private final AsyncHttpCaller exchange;
    private final AppendSender sender;
    private final AppendQueues lanes = new AppendQueues();
    private final TailContext tailPort;
    private final @Nullable Supplier<String> keys;
    private final Set<ReconnectingTail> tails = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private HttpEventStreams(Builder settings) {
        Backoff backoff = new Backoff(settings.firstDelay, settings.mostDelay);
        this.project = settings.project;
        this.keys = settings.keys;
        this.requests = new RequestFactory(settings.base, settings.project, settings.token);
        this.transport = new HttpClients(settings.httpClient, settings.heartbeat);
        this.exchange = new AsyncHttpCaller(transport.calls());
        this.sender = new AppendSender(exchange, settings.timers, backoff, settings.random);
        this.tailPort = new TailContext(
                transport.tails(),
                transport.calls(),
                requests,
                settings.timers,
                backoff,
                settings.random,
                transport.tailThreads(),
                tails::remove);
    }

    /**
     * Begins a client of one server.
     *
     * @param baseUrl {@code http://host:port}, with a path if the server is mounted below one; where the server really
     *     is, since only tails follow redirects
     * @throws IllegalArgumentException when it is not an HTTP URL
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

    /** Sends each append once, in the same order as the others. */
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
        ApiCall<T> operation = new ApiCall<>("append", path, requests.append(path, body.json()), answer.apply(body));
        return lanes.enter(path, !retries, () -> sender.send(operation, retries && body.keyed()));
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        Request request;
        try {
            request = requests.read(path, range);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(StreamExceptions.unsendable("read", path, e));
        }
        return exchange.send(new ApiCall<>("read", path, request, ResponseDecoder::events));
    }

    /**
     * As {@link EventStreams#subscribe}; returns at once, also when the service cannot be reached.
     *
     * @throws IllegalArgumentException when {@code afterOffset} is negative
     * @throws StreamException when this client is closed
     */
    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        if (afterOffset < 0) {
            throw new IllegalArgumentException("afterOffset must be 0 or more, got " + afterOffset);
        }
        if (closed) {
            throw StreamExceptions.closed("subscribe", path);
        }
        return start(new HttpStreamTail(tailPort, path, afterOffset, subscriber));
    }

    /**
     * As {@link EventStreams#subscribeSubtree}; returns at once, also when the service cannot be reached. One connection
     * serves all streams, and after a cut it goes on after the last event delivered. A service that does not follow
     * subtrees ends it with {@link UnsupportedOperationException}.
     *
     * @throws StreamException when this client is closed
     */
    @Override
    public Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        if (closed) {
            throw StreamExceptions.closed("subscribe", path);
        }
        return start(new HttpSubtreeTail(tailPort, path, subscriber));
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
        return exchange.send(new ApiCall<>("state", path, requests.state(path), ResponseDecoder::state));
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        return exchange.send(new ApiCall<>("list", path, requests.list(path), ResponseDecoder::summaries));
    }

    @Override
    public CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
        return exchange.send(new ApiCall<>(
                "destroy",
                path,
                requests.destroy(path, children),
                response -> ResponseDecoder.destroyed(response, project)));
    }

    @Override
    public CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
        return exchange.perform(new ApiCall<>("fork", from, requests.fork(from, at, to), ResponseDecoder::done));
    }

    /**
     * Closes every subscription, fails what is under way with {@link StreamException.Code#UNAVAILABLE}, and lets go of
     * threads and connections; a pool that came with {@link Builder#httpClient} is left alone. Does not
     * wait for subscribers that are busy. Closing twice does nothing.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        exchange.close();
        tails.forEach(ReconnectingTail::close);
        transport.close();
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

        /** Whose streams these are; {@code public} by default. */
        public Builder project(ProjectSlug slug) {
            this.project = slug;
            return this;
        }

        /**
         * A client whose interceptors, proxy and certificates are used, and, for all but tails, its connection pool,
         * protocols and timeouts; its dispatcher and cache are not. Without one a client of our own connects within 10 s and
         * waits 30 s for an answer. Interceptors see every attempt, and are the place for a token that changes: an
         * authenticator is asked too late for an append, which is not sent again for it.
         */
        public Builder httpClient(OkHttpClient shared) {
            this.httpClient = shared;
            return this;
        }

        /**
         * How often the server promises to send something on a tail, 5 s by default. A tail that hears nothing for three
         * times as long is given up and made anew.
         *
         * @throws IllegalArgumentException when it is below 1 ms or above 1 day
         */
        public Builder heartbeat(Duration every) {
            if (every.compareTo(Duration.ofMillis(1)) < 0 || every.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("heartbeat must be 1 ms to 1 day, got " + every);
            }
            this.heartbeat = every;
            return this;
        }

        /**
         * How long to wait before trying again: at most {@code first} (100 ms by default) after the first failure,
         * twice as long with every further one, up to {@code most} (10 s by default); less a random part, up to half.
         *
         * @throws IllegalArgumentException unless {@code 0 < first <= most}
         */
        public Builder backoff(Duration first, Duration most) {
            Backoff checked = new Backoff(first, most);
            this.firstDelay = checked.first();
            this.mostDelay = checked.most();
            return this;
        }

        /** Where the random part of a delay comes from; one thread at a time calls it. */
        public Builder random(RandomGenerator generator) {
            this.random = generator;
            return this;
        }

        /** The clock against which gaps are measured, and what waits between attempts; the system's by default. */
        public Builder timers(Timers clockAndTimers) {
            this.timers = clockAndTimers;
            return this;
        }

        /**
         * The bearer token sent with every request; none by default.
         *
         * @throws IllegalArgumentException when it is empty or holds anything but printable ASCII; the message does not
         *     repeat it
         */
        public Builder token(String bearer) {
            if (bearer.isEmpty() || !bearer.chars().allMatch(c -> c > ' ' && c <= '~')) {
                throw new IllegalArgumentException(
                        "token must be printable ASCII without spaces; check where it is read");
            }
            this.token = bearer;
            return this;
        }

        /**
         * Gives an idempotency key to every event that is appended without one, so that each append may be sent again when
         * its connection fails. By default none does, because the key is stored and shown with the event.
         *
         * @param unique a new key for every call, {@code () -> UUID.randomUUID().toString()} say; many threads call it
         */
        public Builder idempotencyKeys(Supplier<String> unique) {
            this.keys = unique;
            return this;
        }

        /** Makes the client; nothing is sent yet. */
        public HttpEventStreams build() {
            return new HttpEventStreams(this);
        }
    }
}
