package dev.millrace.processors.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that posts a JSON body to one URL and reads the streamed response. It sends nothing twice and follows
 * no redirects. A server that is silent for two minutes counts as broken. Thread-safe; all clients of a JVM share their
 * connections and threads, which are daemons.
 *
 * @since 0.1
 */
public final class ModelHttpClient {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final long MOST_ERROR_BYTES = 64 * 1024;

    /**
     * How long a connection stays open after the last event; if the server ends the response in this time, the
     * connection can be reused.
     */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final HttpUrl url;
    private final ApiKey key;
    private final Consumer<Request.Builder> headers;
    private final String baseUrlSetting;
    private final Timers timers;
    private final EventSource.Factory sources;

    /**
     * A client.
     *
     * @param url the URL of all requests
     * @param key removed from all error messages
     * @param headers adds the headers of the provider to a request, those with the key included
     * @param baseUrlSetting the name of the setting with the address, for error messages
     * @param timers the clock for retry headers with a date, and a timer
     */
    public ModelHttpClient(
            HttpUrl url, ApiKey key, Consumer<Request.Builder> headers, String baseUrlSetting, Timers timers) {
        this.url = url;
        this.key = key;
        this.headers = headers;
        this.baseUrlSetting = baseUrlSetting;
        this.timers = timers;
        this.sources = EventSources.createFactory(SharedHttpClient.get());
    }

    /**
     * Sends one request, once, and returns at once. The sink is called on a thread of the HTTP client, also if the
     * request cannot be sent.
     *
     * @param parser makes the parser of the response for a sink
     * @param unsupported finds the parameter, of those that the body has and may lack, that a refusal with status 400,
     *     422 or 500 is about; some servers answer 500 when the template of the model refuses the conversation
     * @return cancels the request and closes its connection at once, also while the server is silent; the sink then
     *     gets a failure
     */
    public Runnable send(
            JsonNode body,
            Function<ModelSink, ResponseParser> parser,
            Function<ErrorBody, Optional<String>> unsupported,
            ModelSink sink) {
        Request.Builder request = new Request.Builder()
                .url(url)
                .header("Accept", "text/event-stream")
                .post(RequestBody.create(JsonCodec.write(body), JSON));
        headers.accept(request);
        EventSource source = sources.newEventSource(request.build(), new Listener(parser, unsupported, sink));
        return source::cancel;
    }

    @Override
    public String toString() {
        return "POST " + url + ", key " + key;
    }

    /** Reads one response, on one thread. */
    private final class Listener extends EventSourceListener implements ModelSink {
        private final ModelSink sink;
        private final ResponseParser reader;
        private final Function<ErrorBody, Optional<String>> unsupported;
        private Optional<String> providerRequestId = Optional.empty();

        Listener(
                Function<ModelSink, ResponseParser> parser,
                Function<ErrorBody, Optional<String>> unsupported,
                ModelSink sink) {
            this.sink = sink;
            this.unsupported = unsupported;
            this.reader = parser.apply(this);
        }

        @Override
        public void delta(Delta delta) {
            sink.delta(delta);
        }

        @Override
        public void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque) {
            sink.item(outputIndex, item, opaque);
        }

        @Override
        public void end(ModelResult result) {
            sink.end(result instanceof ModelFailure failure ? failure.about(providerRequestId, key::redact) : result);
        }

        @Override
        public void onOpen(EventSource source, Response response) {
            providerRequestId = requestId(response);
        }

        @Override
        public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
            if (data.isEmpty()) { // some proxies keep a connection open with empty frames
                return;
            }
            reader.event(type == null ? "" : type, data);
            if (reader.isEnded()) {
                timers.after(LINGER, source::cancel);
            }
        }

        @Override
        public void onClosed(EventSource source) {
            reader.eof(ModelFailure.of(
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
                providerRequestId = requestId(response);
            }
            if (response != null && !response.isSuccessful()) {
                reader.eof(refused(response));
            } else if (response != null && reader.events() == 0 && !isEventStream(response)) {
                unstreamed(response);
            } else {
                reader.eof(broken(thrown, response != null));
            }
        }

        private ModelFailure refused(Response response) {
            ErrorBody body = ErrorBody.parse(bodyOf(response));
            ModelFailure failure = body.failure(response.code());
            boolean isAboutBody = Set.of(400, 422, 500).contains(response.code());
            boolean quota = failure.kind() == FailureKind.QUOTA;
            boolean retryable =
                    !quota && RetryHeaders.shouldRetry(response.headers()).orElse(failure.retryable());
            String message = response.isRedirect()
                    ? url + " redirects to " + response.header("location", "somewhere") + "; set " + baseUrlSetting
                            + " to it"
                    : failure.message();
            return failure.withMessage(message)
                    .withUnsupportedParameter(isAboutBody ? unsupported.apply(body) : Optional.empty())
                    .withRetry(retryable, RetryHeaders.retryAfter(response.headers(), timers.now()));
        }

        private void unstreamed(Response response) {
            String body = bodyOf(response);
            ErrorBody error = ErrorBody.parse(body);
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
            reader.eof(ModelFailure.of(
                    FailureKind.UNKNOWN,
                    url + " answered 200 with " + response.header("content-type", "no content type")
                            + " instead of text/event-stream: " + error.message() + "; check that " + baseUrlSetting
                            + " points to an API with /" + url.pathSegments().get(url.pathSize() - 1)));
        }

        /** A broken stream. If it ends inside a line, the parser throws an exception that is no {@link IOException}. */
        private ModelFailure broken(@Nullable Throwable thrown, boolean begun) {
            String why = thrown instanceof SocketTimeoutException
                    ? "no data for " + SharedHttpClient.IDLE.toSeconds() + " s"
                    : thrown instanceof IOException ? String.valueOf(thrown) : "it ended inside an event";
            if (begun && thrown instanceof SocketTimeoutException) {
                // Another try would think for as long again, and cost twice.
                return ModelFailure.of(
                                FailureKind.TRUNCATED,
                                "response of " + url + " was cut off after " + reader.events() + " events: " + why)
                        .withRetry(false, Optional.empty());
            }
            if (begun) {
                return ModelFailure.of(
                        FailureKind.TRUNCATED,
                        "response of " + url + " was cut off after " + reader.events() + " events: " + why);
            }
            return thrown instanceof IOException
                    ? ModelFailure.of(FailureKind.NETWORK, "request to " + url + " failed: " + why)
                    : ModelFailure.of(FailureKind.UNKNOWN, "request to " + url + " failed: " + thrown);
        }
    }

    private static Optional<String> requestId(Response response) {
        return Optional.ofNullable(response.header("x-request-id", response.header("request-id")));
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
