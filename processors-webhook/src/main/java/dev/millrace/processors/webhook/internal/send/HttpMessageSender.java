package dev.millrace.processors.webhook.internal.send;

import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.processors.webhook.PushSubscription;
import dev.millrace.processors.webhook.internal.net.CallbackUrl;
import dev.millrace.processors.webhook.internal.net.PushHttpClients;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A sender of messages to an HTTP endpoint, by POST. Only the status of an answer counts; its body is not read. */
public final class HttpMessageSender implements MessageSender {
    private static final MediaType JSON = MediaType.get("application/json");

    private final CallbackUrl endpoint;
    /** Instead of the message of a {@link ProtocolException}, which quotes the peer: that may send a secret back. */
    static final String NOT_HTTP = "the answer is not valid HTTP";

    private final Optional<String> signingSecret;
    private final HostContext context;
    private final Call.Factory client;
    private final Duration timeout;
    private @Nullable Call underWay;
    private boolean closed;

    public HttpMessageSender(PushSubscription subscriber, HostContext context, PushHttpClients clients) {
        this.endpoint = CallbackUrl.parse(subscriber.callbackUrl(), false);
        this.signingSecret = subscriber.signingSecret();
        this.context = context;
        this.client = clients.requests(endpoint);
        this.timeout = clients.settings().timeout();
    }

    @Override
    public CompletableFuture<SendResult> send(OutgoingMessage message) {
        Request request;
        try {
            request = request(message);
        } catch (IllegalArgumentException unsigned) {
            return CompletableFuture.completedFuture(
                    SendResult.failed("nothing was sent to " + endpoint + ": " + unsigned.getMessage()));
        }
        CompletableFuture<SendResult> outcome = new CompletableFuture<>();
        Call call = client.newCall(request);
        synchronized (this) {
            if (closed) {
                return outcome;
            }
            underWay = call;
        }
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call answered, Response response) {
                try (response) {
                    outcome.complete(judge(response));
                }
            }

            @Override
            public void onFailure(Call failed, IOException failure) {
                outcome.complete(SendResult.failed("POST " + endpoint + " failed: " + describe(failure)));
            }
        });
        return outcome;
    }

    private Request request(OutgoingMessage message) {
        Instant now = context.timers().now();
        Request.Builder request = new Request.Builder()
                .url(endpoint.url())
                .header("User-Agent", "Millrace")
                .header("webhook-id", message.id())
                .header("webhook-timestamp", Long.toString(now.getEpochSecond()))
                .post(RequestBody.create(message.body(), JSON));
        request.header(ChainHeader.NAME, message.chain().value());
        endpoint.authorization().ifPresent(value -> request.header("Authorization", value));
        if (!message.incarnation().isEmpty()) {
            request.header("Millrace-Incarnation", message.incarnation());
        }
        signingSecret.ifPresent(name -> request.header(
                "webhook-signature", signature(name).of(message.id(), now.getEpochSecond(), message.body())));
        return request.build();
    }

    private WebhookSigner signature(String name) {
        String secret = context.secret(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "the project has no secret '" + name + "' to sign with; set it, or change signingSecret"));
        try {
            return WebhookSigner.with(secret);
        } catch (IllegalArgumentException unusable) {
            throw new IllegalArgumentException(
                    "the project's secret '" + name + "' cannot sign: " + unusable.getMessage(), unusable);
        }
    }

    private SendResult judge(Response response) {
        if (response.isSuccessful()) {
            return SendResult.accepted();
        }
        String message = "POST " + endpoint + " was answered with " + response.code()
                + (response.code() == 508 ? ": the event ends a loop of reactions, and was skipped" : "");
        return SendResult.refused(
                response.code(),
                response.isRedirect() ? message + ", and redirects are not followed" : message,
                RetryAfterHeader.of(response, context.timers().now()));
    }

    /** OkHttp reports a timeout as an {@link InterruptedIOException} whose message does not name the limit. */
    private String describe(IOException failure) {
        if (failure instanceof InterruptedIOException) {
            return "it took longer than "
                    + (failure instanceof SocketTimeoutException ? "the limit of one step" : timeout);
        }
        if (failure instanceof ProtocolException) {
            return NOT_HTTP;
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    @Override
    public void abandon() {
        Call call;
        synchronized (this) {
            call = underWay;
            underWay = null;
        }
        if (call != null) {
            call.cancel();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        abandon();
    }
}
