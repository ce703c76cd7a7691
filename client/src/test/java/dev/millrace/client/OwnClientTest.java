package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Headers;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An HTTP client of the user: which parts of it are used, and that it is not changed. */
class OwnClientTest {
    @StartStop
    public final MockWebServer server = new MockWebServer();

    private final RecordingSubscriber subscriber = new RecordingSubscriber();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveService service;

    @BeforeEach
    void start() throws IOException {
        service = new LiveService();
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
    }

    private static HttpEventStreams streams(URI uri, OkHttpClient own) {
        return HttpEventStreams.builder(uri)
                .httpClient(own)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .build();
    }

    /** Adds a header and records each request. */
    private static Interceptor marking(String name, List<String> seen) {
        return chain -> {
            Request request = chain.request();
            seen.add(request.method() + " " + request.url().encodedPath());
            return chain.proceed(request.newBuilder().header(name, "seen").build());
        };
    }

    @ParameterizedTest
    @EnumSource
    void should_let_interceptors_see_and_change_every_call(Calls call) throws Exception {
        List<String> application = new CopyOnWriteArrayList<>();
        List<String> network = new CopyOnWriteArrayList<>();
        OkHttpClient own = new OkHttpClient.Builder()
                .addInterceptor(marking("X-Application", application))
                .addNetworkInterceptor(marking("X-Network", network))
                .build();
        server.enqueue(new MockResponse.Builder().code(400).build());
        try (HttpEventStreams streams = streams(server.url("/").uri(), own)) {
            AppendTest.failure(call.of(streams));
        }
        assertThat(application).hasSize(1).isEqualTo(network);
        Headers sent =
                Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS)).getHeaders();
        assertThat(sent.get("X-Application")).isEqualTo("seen");
        assertThat(sent.get("X-Network")).isEqualTo("seen");
    }

    @Test
    void should_let_interceptors_see_and_change_every_attempt_of_a_live_read() throws Exception {
        List<String> application = new CopyOnWriteArrayList<>();
        List<String> network = new CopyOnWriteArrayList<>();
        OkHttpClient own = new OkHttpClient.Builder()
                .addInterceptor(marking("X-Application", application))
                .addNetworkInterceptor(marking("X-Network", network))
                .build();
        try (HttpEventStreams streams = streams(service.uri(), own)) {
            streams.subscribe(Sample.PATH, 0, subscriber);
            List<LiveRequest> requests = new CopyOnWriteArrayList<>();
            requests.add(service.next().tail("A", 1).send(Sample.sse(1)));
            requests.get(0).end();
            requests.add(service.next());
            requests.get(1).cut();
            requests.add(service.next().tail("A", 2).send(Sample.sse(2)));
            subscriber.until("event 2");
            streams.subscribeSubtree(Sample.PATH, new DeafSubtree());
            requests.add(service.next());
            assertThat(requests)
                    .allSatisfy(request -> assertThat(request.headers)
                            .containsEntry("x-application", "seen")
                            .containsEntry("x-network", "seen"));
        }
        assertThat(application).hasSize(4).containsOnly("GET /api/streams/agents/1");
        assertThat(network).isEqualTo(application);
    }

    @Test
    void should_ask_an_authenticator_for_reads_but_send_no_append_again_for_it() throws Exception {
        OkHttpClient own = new OkHttpClient.Builder()
                .authenticator((route, refused) -> refused.request().header("Authorization") != null
                        ? null
                        : refused.request()
                                .newBuilder()
                                .header("Authorization", "Bearer fresh")
                                .build())
                .build();
        server.enqueue(new MockResponse.Builder().code(401).build());
        server.enqueue(AppendTest.answer(Sample.event(1)));
        server.enqueue(new MockResponse.Builder().code(401).build());
        try (HttpEventStreams streams = streams(server.url("/").uri(), own)) {
            assertThat(AppendTest.get(streams.read(Sample.PATH, ReadRange.all())))
                    .hasSize(1);
            assertThat(AppendTest.failure(streams.append(Sample.PATH, Sample.input("said", "{}")))
                            .code())
                    .isEqualTo(StreamException.Code.FORBIDDEN);
        }
        assertThat(server.getRequestCount()).isEqualTo(3);
    }

    @Test
    void should_pass_calls_and_live_reads_through_a_proxy() throws Exception {
        InetSocketAddress address =
                new InetSocketAddress(service.uri().getHost(), service.uri().getPort());
        OkHttpClient own = new OkHttpClient.Builder()
                .proxy(new Proxy(Proxy.Type.HTTP, address))
                .build();
        try (HttpEventStreams streams = streams(URI.create("http://streams.invalid"), own)) {
            CompletableFuture<List<Event>> read = streams.read(Sample.PATH, ReadRange.all());
            LiveRequest call = service.next();
            call.answer(200, "application/x-ndjson", Sample.event(1) + "\n");
            assertThat(AppendTest.get(read)).hasSize(1);
            assertThat(call.target).startsWith("http://streams.invalid/api/streams/agents/1?");

            streams.subscribe(Sample.PATH, 0, subscriber);
            LiveRequest tail = service.next().tail("A", 1).send(Sample.sse(1));
            subscriber.expect("connected 'A' 1 gap 0", "event 1");
            assertThat(tail.target).startsWith("http://streams.invalid/api/streams/agents/1?");
        }
    }

    @Test
    void should_keep_the_connections_of_live_reads_out_of_the_pool() throws Exception {
        OkHttpClient own = new OkHttpClient();
        server.enqueue(AppendTest.answer(Sample.event(1)));
        try (HttpEventStreams streams = streams(service.uri(), own);
                HttpEventStreams calls = streams(server.url("/").uri(), own)) {
            streams.subscribe(Sample.PATH, 0, subscriber);
            service.next().tail("A", 0);
            subscriber.expect("connected 'A' 0 gap 0");
            assertThat(own.connectionPool().connectionCount()).isZero();

            AppendTest.get(calls.read(Sample.PATH, ReadRange.all()));
            assertThat(own.connectionPool().connectionCount()).isEqualTo(1);
        }
        assertThat(own.connectionPool().connectionCount()).isEqualTo(1);
    }

    @Test
    void should_neither_wait_behind_the_calls_of_the_user_nor_end_them() throws Exception {
        // given: the user's client allows one call at a time, and that call has no answer yet
        OkHttpClient own = new OkHttpClient();
        own.dispatcher().setMaxRequests(1);
        Answer first = new Answer();
        own.newCall(new Request.Builder().url(service.uri() + "/first").build()).enqueue(first);
        LiveRequest held = service.next();
        // when
        try (HttpEventStreams streams = streams(service.uri(), own)) {
            CompletableFuture<List<Event>> read = streams.read(Sample.PATH, ReadRange.all());
            service.next().answer(200, "application/x-ndjson", Sample.event(1) + "\n");
            assertThat(AppendTest.get(read)).hasSize(1);
            streams.subscribe(Sample.PATH, 0, subscriber);
            service.next().tail("A", 0);
            subscriber.expect("connected 'A' 0 gap 0");
        }
        subscriber.expect("end");
        // then
        held.answer(200, "text/plain", "one");
        assertThat(AppendTest.get(first.body)).isEqualTo("one");
        Answer second = new Answer();
        own.newCall(new Request.Builder().url(service.uri() + "/second").build())
                .enqueue(second);
        service.next().answer(200, "text/plain", "two");
        assertThat(AppendTest.get(second.body)).isEqualTo("two");
        assertThat(own.dispatcher().executorService().isShutdown()).isFalse();
    }

    private static final class Answer implements Callback {
        private final CompletableFuture<String> body = new CompletableFuture<>();

        @Override
        public void onFailure(Call call, IOException e) {
            body.completeExceptionally(e);
        }

        @Override
        public void onResponse(Call call, Response response) throws IOException {
            try (response) {
                body.complete(response.body().string());
            }
        }
    }
}
