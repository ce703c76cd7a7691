package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.ByteString;

/** A real HTTP server that receives webhooks and records them. */
public final class Receiver implements AutoCloseable {
    /** One request. */
    record Received(RecordedRequest request, ByteString body) {
        JsonNode json() {
            return JsonCodec.parse(body.toByteArray());
        }

        String header(String name) {
            return Objects.requireNonNullElse(request.getHeaders().get(name), "");
        }

        String id() {
            return header("webhook-id");
        }

        long offset() {
            return json().path("offset").longValue();
        }
    }

    private final MockWebServer server = new MockWebServer();
    private final List<Received> requests = new ArrayList<>();
    private final List<Received> accepted = new ArrayList<>();
    private volatile IntFunction<MockResponse> answers = number -> status(200);

    /** A server on a free port that accepts every request. */
    public Receiver() {
        this(0);
    }

    Receiver(int port) {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return answer(request);
            }
        });
        try {
            server.start(java.net.InetAddress.getLoopbackAddress(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized MockResponse answer(RecordedRequest request) {
        Received received = new Received(request, Objects.requireNonNullElse(request.getBody(), ByteString.EMPTY));
        requests.add(received);
        MockResponse answer = answers.apply(requests.size());
        if (answer.getCode() / 100 == 2 && answer.getHeadersDelayNanos() == 0) {
            accepted.add(received);
        }
        return answer;
    }

    static MockResponse status(int code) {
        return new MockResponse.Builder().code(code).build();
    }

    /** An answer that does not arrive during a test. */
    static MockResponse hanging() {
        return new MockResponse.Builder()
                .code(200)
                .headersDelay(60, TimeUnit.SECONDS)
                .build();
    }

    /** Chooses the answer by the number of the request, from 1. */
    Receiver answering(IntFunction<MockResponse> newAnswers) {
        answers = newAnswers;
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/hook?token=t0ps3cret";
    }

    public int port() {
        return server.getPort();
    }

    public synchronized List<Received> requests() {
        return List.copyOf(requests);
    }

    /** The accepted requests. */
    synchronized List<Received> accepted() {
        return List.copyOf(accepted);
    }

    /** The offsets of the events that were accepted. */
    List<Long> offsets() {
        return accepted().stream().map(Received::offset).toList();
    }

    @Override
    public void close() {
        server.close();
    }
}
