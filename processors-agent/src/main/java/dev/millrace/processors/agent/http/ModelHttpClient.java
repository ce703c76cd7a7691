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
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import okhttp3.Call;
import okhttp3.Callback;
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
    /** What chat completions, and some servers of other APIs, send last. */
    private static final String END_MARK = "[DONE]";

    private static final long MOST_ERROR_BYTES = 64 * 1024;

    /** Most bytes of a whole response of a server that does not stream. */
    private static final long MOST_WHOLE_BYTES = 16 * 1024 * 1024;

    private static final Duration LONGEST_GET = Duration.ofSeconds(30);

    /**
     * How long a connection stays open after the last event; if the server ends the response in this time, the
     * connection can be reused.
     */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** How long the details at the end of a complete response may take. */
    private static final Duration DETAILS = Duration.ofSeconds(5);

    private final HttpUrl url;
    private final ApiKey key;
    private final Consumer<Request.Builder> headers;
    private final String baseUrlSetting;
    private final String hint;
    private final Timers timers;

    /**
     * A client.
     *
     * @param url the URL of all requests
     * @param key removed from all error messages
     * @param headers adds the headers of the provider to a request, those with the key included
     * @param baseUrlSetting the name of the setting with the address, for error messages
     * @param hint what to do if the server does not answer as this API does, for error messages
     * @param timers the clock for retry headers with a date, and a timer
     */
    public ModelHttpClient(
            HttpUrl url,
            ApiKey key,
            Consumer<Request.Builder> headers,
            String baseUrlSetting,
            String hint,
            Timers timers) {
        this.url = url;
        this.key = key;
        this.headers = headers;
        this.baseUrlSetting = baseUrlSetting;
        this.hint = hint;
        this.timers = timers;
    }

    /**
     * Sends one request, once, and returns at once. The sink is called on a thread of the HTTP client, also if the
     * request cannot be sent. Half surrogate pairs in the body become U+FFFD: services refuse them, and one in a
     * conversation would end it.
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
                .post(RequestBody.create(JsonCodec.write(JsonCodec.toWellFormed(body)), JSON));
        headers.accept(request);
        Call call = SharedHttpClient.get().newCall(request.build());
        call.enqueue(new Listener(parser, unsupported, sink, call::cancel));
        return call::cancel;
    }

    /**
     * Gets the JSON document at the URL, of 16 MiB at most, in 30 s at most.
     *
     * @return fails with an {@link IOException} without secrets if the server does not answer 200 with JSON; to cancel it
     *     closes the connection
     */
    public CompletableFuture<JsonNode> get() {
        Request.Builder request = new Request.Builder().url(url).header("Accept", "application/json");
        headers.accept(request);
        Call call = SharedHttpClient.get().newCall(request.build());
        call.timeout().timeout(LONGEST_GET.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<JsonNode> document = new CompletableFuture<>();
        var unused = document.whenComplete((json, failure) -> call.cancel());
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                document.completeExceptionally(new IOException("request to " + url + " failed: " + e, e));
            }

            @Override
            public void onResponse(Call answered, Response response) {
                try (response) {
                    document.complete(document(response));
                } catch (IOException | RuntimeException e) {
                    document.completeExceptionally(e);
                }
            }
        });
        return document;
    }

    private JsonNode document(Response response) throws IOException {
        String body = bodyOf(response, MOST_WHOLE_BYTES);
        String said = key.redact(ErrorBody.parse(body).message());
        if (response.code() != 200) {
            throw new IOException(url + " answered " + response.code() + ": " + said);
        }
        try {
            return JsonCodec.parse(body);
        } catch (IllegalArgumentException notJson) {
            throw new IOException(url + " answered 200 without JSON: " + said, notJson);
        }
    }

    @Override
    public String toString() {
        return "POST " + url + ", key " + key;
    }

    /** Reads one response, on one thread. */
    private final class Listener extends EventSourceListener implements Callback, ModelSink {
        private final ModelSink sink;
        private final Runnable hangUp;
        private final UnknownFrames unknown = new UnknownFrames(url, key, hint);
        private final ResponseParser reader;
        private final Function<ErrorBody, Optional<String>> unsupported;
        private Optional<String> providerRequestId = Optional.empty();

        Listener(
                Function<ModelSink, ResponseParser> parser,
                Function<ErrorBody, Optional<String>> unsupported,
                ModelSink sink,
                Runnable hangUp) {
            this.sink = sink;
            this.hangUp = hangUp;
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
        public void onFailure(Call call, IOException thrown) {
            reader.eof(broken(thrown, false));
        }

        @Override
        public void onResponse(Call call, Response response) {
            try (response) {
                providerRequestId = requestId(response);
                if (!response.isSuccessful()) {
                    reader.eof(refused(response));
                } else if (StreamAnswer.isEventStream(response)) {
                    EventSources.processResponse(StreamAnswer.asEventStream(response), this);
                } else {
                    unstreamed(response);
                }
            } catch (IOException thrown) {
                reader.eof(broken(thrown, true));
            }
        }

        @Override
        public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
            if (data.isBlank()) { // some proxies keep a connection open with empty frames
                return;
            }
            boolean isEndMark = data.strip().equals(END_MARK);
            boolean wasComplete = reader.isComplete();
            boolean isKnown = reader.event(type == null ? "" : type, data);
            if (isKnown && !isEndMark) {
                unknown.known();
            } else if (!isEndMark) {
                unknown.unknown(data).ifPresent(reader::eof);
            }
            if (reader.isEnded()) {
                timers.after(LINGER, hangUp);
            } else if (reader.isComplete() && !wasComplete) {
                timers.after(DETAILS, hangUp);
            }
        }

        @Override
        public void onClosed(EventSource source) {
            reader.eof(unknown.explain(ModelFailure.of(
                    FailureKind.TRUNCATED,
                    "response of " + url + " was cut off: the stream ended after " + reader.events()
                            + " events, before the event that ends a response")));
        }

        @Override
        public void onFailure(EventSource source, @Nullable Throwable thrown, @Nullable Response response) {
            if (!reader.isEnded()) {
                reader.eof(unknown.explain(broken(thrown, true)));
            }
        }

        private ModelFailure refused(Response response) {
            ErrorBody body = ErrorBody.parse(bodyOf(response, MOST_ERROR_BYTES));
            ModelFailure failure = body.failure(response.code());
            boolean isAboutBody = Set.of(400, 422, 500).contains(response.code());
            boolean quota = failure.kind() == FailureKind.QUOTA;
            boolean retryable =
                    !quota && RetryHeaders.shouldRetry(response.headers()).orElse(failure.retryable());
            String message = response.isRedirect()
                    ? url + " redirects to " + response.header("location", "somewhere") + "; set " + baseUrlSetting
                            + " to it"
                    : isWrongAddress(response, body)
                            ? url + " answered " + response.code() + ": " + failure.message() + "; " + hint
                            : failure.message();
            return failure.withMessage(message)
                    .withUnsupportedParameter(isAboutBody ? unsupported.apply(body) : Optional.empty())
                    .withRetry(retryable, RetryHeaders.retryAfter(response.headers(), timers.now()));
        }

        /** Whether the server has no such resource; a model that it does not know is another matter. */
        private boolean isWrongAddress(Response response, ErrorBody body) {
            return response.code() == 405
                    || (response.code() == 404
                            && !body.message().toLowerCase(Locale.ROOT).contains("model"));
        }

        private void unstreamed(Response response) {
            String body = bodyOf(response, MOST_WHOLE_BYTES);
            ErrorBody error = ErrorBody.parse(key.redact(body));
            try {
                JsonNode json = JsonCodec.parse(body);
                if (reader.whole(json)) {
                    return;
                }
                Optional<ModelFailure> foreign = unknown.ofAnotherApi(json);
                if (foreign.isPresent() || json.hasNonNull("error")) {
                    reader.eof(foreign.orElseGet(() -> error.failure(0)));
                    return;
                }
            } catch (IllegalArgumentException notJson) {
                // reported below
            }
            reader.eof(error.failure(0)
                    .withMessage(url + " answered 200 with " + response.header("content-type", "no content type")
                            + ", which is no event stream: " + error.message() + "; " + hint));
        }

        /** A broken stream. */
        private ModelFailure broken(@Nullable Throwable thrown, boolean begun) {
            String why = thrown instanceof SocketTimeoutException
                    ? "no data for " + SharedHttpClient.IDLE.toSeconds() + " s"
                    : String.valueOf(thrown);
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
            return ModelFailure.of(FailureKind.NETWORK, "request to " + url + " failed: " + why);
        }
    }

    private static Optional<String> requestId(Response response) {
        return Optional.ofNullable(response.header("x-request-id", response.header("request-id")));
    }

    private static String bodyOf(Response response, long most) {
        try {
            return response.peekBody(most).string();
        } catch (IOException | IllegalStateException unreadable) {
            return "";
        }
    }
}
