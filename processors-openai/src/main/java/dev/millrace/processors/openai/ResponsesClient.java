package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;

/** An HTTP client for {@code POST {base}/responses} that reads streamed answers. Thread-safe. */
final class ResponsesClient {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final long MOST_ERROR_BYTES = 64 * 1024;

    /**
     * How long a connection stays open after the last event; if the server ends the response in this time, the
     * connection can be reused.
     */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final HttpUrl url;
    private final ApiKey key;
    private final Timers timers;
    private final EventSource.Factory sources;

    ResponsesClient(HttpUrl baseUrl, ApiKey key, Timers timers, OkHttpClient http) {
        this.url = baseUrl.newBuilder().addPathSegment("responses").build();
        this.key = key;
        this.timers = timers;
        this.sources = EventSources.createFactory(http);
    }

    /**
     * Sends one request, once, and returns at once. The sink is called on a thread of the HTTP client, also if the
     * request cannot be sent. The result cancels the request and closes its connection at once, also while the server
     * is silent; the sink then gets a failure.
     */
    Runnable send(JsonNode body, ResponseSink sink) {
        Request.Builder request = new Request.Builder()
                .url(url)
                .header("Accept", "text/event-stream")
                .post(RequestBody.create(JsonCodec.write(body), JSON));
        key.authorize(request);
        EventSource source = sources.newEventSource(request.build(), new Listener(sink));
        return source::cancel;
    }

    @Override
    public String toString() {
        return "POST " + url + ", key " + key;
    }

    /** Reads one answer, on one thread. */
    private final class Listener extends EventSourceListener implements ResponseSink {
        private final ResponseSink sink;
        private final ResponseStreamReader reader = new ResponseStreamReader(this);
        private Optional<String> providerRequestId = Optional.empty();

        Listener(ResponseSink sink) {
            this.sink = sink;
        }

        @Override
        public void delta(Delta delta) {
            sink.delta(delta);
        }

        @Override
        public void item(int outputIndex, JsonNode item) {
            sink.item(outputIndex, item);
        }

        @Override
        public void end(ModelCallResult modelCallResult) {
            sink.end(
                    modelCallResult instanceof RequestFailure failure
                            ? failure.about(providerRequestId, key)
                            : modelCallResult);
        }

        @Override
        public void onOpen(EventSource source, Response response) {
            providerRequestId = Optional.ofNullable(response.header("x-request-id"));
        }

        @Override
        public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
            reader.event(type == null ? "" : type, data);
            if (reader.isEnded()) {
                timers.after(LINGER, source::cancel);
            }
        }

        @Override
        public void onClosed(EventSource source) {
            reader.eof(RequestFailure.of(
                    FailureKind.TRUNCATED,
                    "response of " + url + " was cut off: the stream ended after " + reader.events()
                            + " events, before the event that ends a response"));
        }

        @Override
        public void onFailure(EventSource source, @Nullable Throwable thrown, @Nullable Response response) {
            if (reader.isEnded()) {
                return;
            }
            if (response != null) {
                providerRequestId = Optional.ofNullable(response.header("x-request-id"));
            }
            if (response != null && !response.isSuccessful()) {
                reader.eof(refusal(response));
            } else if (response != null && reader.events() == 0 && !isEventStream(response)) {
                unstreamed(response);
            } else {
                reader.eof(broken(thrown, response != null));
            }
        }

        private void unstreamed(Response response) {
            String body = bodyOf(response);
            ErrorBodyReader error = ErrorBodyReader.parse(body);
            try {
                JsonNode json = JsonCodec.parse(body);
                if (reader.whole(json)) {
                    return;
                }
                if (json.hasNonNull("error")) {
                    reader.eof(error.failure(0));
                    return;
                }
            } catch (IllegalArgumentException notJson) {
                // reported below
            }
            reader.eof(RequestFailure.of(
                    FailureKind.UNKNOWN,
                    url + " answered 200 with " + response.header("content-type", "no content type")
                            + " instead of text/event-stream: " + error.message()
                            + "; check that openai.base-url points to an API with /responses"));
        }

        /** A broken stream. If it ends inside a line, the parser throws an exception that is no {@link IOException}. */
        private RequestFailure broken(@Nullable Throwable thrown, boolean begun) {
            String why = thrown instanceof SocketTimeoutException
                    ? "no data for " + ModelHttpClient.IDLE.toSeconds() + " s"
                    : thrown instanceof IOException ? String.valueOf(thrown) : "it ended inside an event";
            if (begun) {
                return RequestFailure.of(
                        FailureKind.TRUNCATED,
                        "response of " + url + " was cut off after " + reader.events() + " events: " + why);
            }
            return thrown instanceof IOException
                    ? RequestFailure.of(FailureKind.NETWORK, "request to " + url + " failed: " + why)
                    : RequestFailure.of(FailureKind.UNKNOWN, "request to " + url + " failed: " + thrown);
        }
    }

    private RequestFailure refusal(Response response) {
        ErrorBodyReader body = ErrorBodyReader.parse(bodyOf(response));
        RequestFailure failure = body.failure(response.code());
        boolean quota = failure.kind() == FailureKind.QUOTA;
        boolean retryable =
                !quota && RetryHeaders.shouldRetry(response.headers()).orElse(failure.retryable());
        String message = response.isRedirect()
                ? url + " redirects to " + response.header("location", "somewhere") + "; set openai.base-url to it"
                : failure.message();
        return new RequestFailure(
                failure.kind(),
                failure.code(),
                failure.status(),
                message,
                failure.providerRequestId(),
                retryable,
                RetryHeaders.retryAfter(response.headers(), timers.now()));
    }

    private static boolean isEventStream(Response response) {
        MediaType type = response.body().contentType();
        return type != null && type.type().equals("text") && type.subtype().equals("event-stream");
    }

    private static String bodyOf(Response response) {
        try {
            return response.peekBody(MOST_ERROR_BYTES).string();
        } catch (IOException | IllegalStateException unreadable) {
            return "";
        }
    }
}
