package dev.millrace.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.AppendTest;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.client.Sample;
import dev.millrace.core.ReadRange;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class HttpClientsTest {
    @StartStop
    public final MockWebServer server = new MockWebServer();

    @Test
    void should_send_large_bodies_without_waiting_for_acknowledgements() throws IOException {
        HttpClients transport = new HttpClients(null, Duration.ofSeconds(5));
        try (Socket socket = transport.calls().socketFactory().createSocket()) {
            assertThat(socket.getTcpNoDelay()).isTrue();
        } finally {
            transport.close();
        }
    }

    @Test
    void should_give_tails_what_long_connections_need() {
        OkHttpClient shared = new OkHttpClient.Builder()
                .callTimeout(Duration.ofSeconds(1))
                .readTimeout(Duration.ofSeconds(2))
                .build();
        HttpClients transport = new HttpClients(shared, Duration.ofSeconds(5));
        assertThat(transport.tails().readTimeoutMillis()).isEqualTo(15_000);
        assertThat(transport.tails().connectTimeoutMillis()).isEqualTo(10_000);
        assertThat(transport.tails().callTimeoutMillis()).isZero();
        assertThat(transport.tails().protocols()).isEqualTo(List.of(Protocol.HTTP_1_1));
        assertThat(transport.calls().callTimeoutMillis()).isEqualTo(1_000);
        assertThat(transport.calls().readTimeoutMillis()).isEqualTo(2_000);
        transport.close();
    }

    @Test
    void should_wait_longer_for_the_answer_to_a_whole_log_unless_the_application_says_how_long() {
        OkHttpClient shared =
                new OkHttpClient.Builder().readTimeout(Duration.ofSeconds(2)).build();
        HttpClients own = new HttpClients(null, Duration.ofSeconds(5));
        HttpClients theirs = new HttpClients(shared, Duration.ofSeconds(5));

        assertThat(own.longCalls().readTimeoutMillis()).isEqualTo(300_000);
        assertThat(own.calls().readTimeoutMillis()).isEqualTo(30_000);
        assertThat(theirs.longCalls().readTimeoutMillis()).isEqualTo(2_000);
        own.close();
        theirs.close();
    }

    @Test
    void should_use_a_shared_client_and_leave_it_working_when_closed() throws IOException {
        // given
        OkHttpClient shared = new OkHttpClient.Builder()
                .addInterceptor(chain -> chain.proceed(
                        chain.request().newBuilder().header("X-Trace", "t1").build()))
                .build();
        server.enqueue(AppendTest.answer(Sample.event(1)));
        server.enqueue(new MockResponse.Builder().body("still here").build());
        // when
        try (HttpEventStreams streams = HttpEventStreams.builder(server.url("/").uri())
                .httpClient(shared)
                .build()) {
            assertThat(AppendTest.get(streams.read(Sample.PATH, ReadRange.all())))
                    .hasSize(1);
        }
        // then: other clients can still use the pooled connection
        Request request = new Request.Builder().url(server.url("/")).build();
        try (Response response = shared.newCall(request).execute()) {
            assertThat(response.body().string()).isEqualTo("still here");
        }
        assertThat(server.getRequestCount()).isEqualTo(2);
        assertThat(shared.connectionPool().connectionCount()).isEqualTo(1);
    }
}
