package dev.millrace.processors.script.internal.fetch;

import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.processors.script.WorkerEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * The HTTP gateway of the sandboxes, their only connection to the network. It sends requests only to hosts of the
 * {@link EgressAllowList}, and replaces references to secrets in their headers. Thread-safe.
 */
public final class FetchGateway {
    private static final int MOST_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final OkHttpClient CLIENT = client();

    private final EgressAllowList allowed;
    private final Function<String, Optional<String>> secrets;
    private final OkHttpClient client;

    /**
     * The gateway of a server.
     *
     * @throws IllegalArgumentException if the setting of the allowed hosts is invalid
     */
    public FetchGateway(HostContext context) {
        this.allowed =
                EgressAllowList.of(context.setting(EgressAllowList.SETTING).orElse(""));
        this.secrets = context::secret;
        this.client = CLIENT.newBuilder().dns(new GuardedDns(allowed)).build();
    }

    public static final class Exchange {
        private final CompletableFuture<StreamedResponse> answer = new CompletableFuture<>();
        private volatile Optional<Call> call = Optional.empty();
        private volatile boolean cancelled;

        /** The response, before its body is read; fails with {@link FetchException}. */
        public CompletableFuture<StreamedResponse> answer() {
            return answer;
        }

        public void cancel() {
            cancelled = true;
            call.ifPresent(Call::cancel);
        }
    }

    /** Sends a request; every failure is reported through the exchange. */
    public Exchange send(
            FetchRequest request, ChainHeader chain, Optional<WorkerEvent.Header> gateway, ResponseBudget budget) {
        Exchange exchange = new Exchange();
        try {
            SecretReferences references = new SecretReferences(secrets);
            Request.Builder first = new Request.Builder();
            check(request.url(), url -> url);
            request.headers().forEach(header -> add(first, header, references));
            gateway.ifPresent(header -> add(first, header, references));
            first.header(ChainHeader.NAME, chain.value());
            Request ready = first.url(request.url())
                    .method(
                            request.method(),
                            request.body()
                                    .map(bytes -> RequestBody.create(bytes, null))
                                    .orElse(null))
                    .build();
            send(
                    exchange,
                    ready,
                    request.follow() ? MOST_REDIRECTS : 0,
                    false,
                    new ResponseRedactor(references.used()),
                    budget);
        } catch (FetchException refused) {
            exchange.answer.completeExceptionally(refused);
        }
        return exchange;
    }

    /** A host to which a response redirects may contain a secret of the request. */
    private void check(HttpUrl url, UnaryOperator<String> withoutSecrets) {
        if (!allowed.allows(url)) {
            String entry = withoutSecrets.apply(
                    url.isHttps() && url.port() == 443 ? url.host() : url.host() + ":" + url.port());
            throw new FetchException(
                    "scripts of this server may not reach " + entry + "; its operator can allow that by"
                            + " adding '" + entry + "' to the setting " + EgressAllowList.SETTING
                            + (allowed.entries().isEmpty() ? ", which is empty" : ""));
        }
    }

    /** The exception of OkHttp may contain the value of the header, so its message is not used. */
    private static void add(Request.Builder request, WorkerEvent.Header header, SecretReferences references) {
        String value = references.resolve(header.value());
        try {
            request.header(header.name(), value);
        } catch (IllegalArgumentException malformed) {
            throw new FetchException(
                    "the header '" + header.name() + "' contains a character that is not allowed in a header");
        }
    }

    private void send(
            Exchange exchange,
            Request request,
            int redirectsLeft,
            boolean redirected,
            ResponseRedactor responseRedactor,
            ResponseBudget budget) {
        Call call = client.newCall(request);
        exchange.call = Optional.of(call);
        if (exchange.cancelled) {
            call.cancel();
        }
        try {
            call.enqueue(new Callback() {
                @Override
                public void onFailure(Call failed, IOException why) {
                    exchange.answer.completeExceptionally(failure(
                            responseRedactor.whole(
                                    request.url().host() + ":" + request.url().port()),
                            why));
                }

                @Override
                public void onResponse(Call answered, Response response) {
                    Optional<Request> next = redirectsLeft > 0 ? redirect(request, response) : Optional.empty();
                    if (next.isEmpty()) {
                        StreamedResponse streamedResponse =
                                new StreamedResponse(answered, response, redirected, responseRedactor, budget);
                        if (!exchange.answer.complete(streamedResponse)) {
                            streamedResponse.close();
                        }
                        return;
                    }
                    response.close();
                    try {
                        check(next.get().url(), responseRedactor::whole);
                        send(exchange, next.get(), redirectsLeft - 1, true, responseRedactor, budget);
                    } catch (FetchException refused) {
                        exchange.answer.completeExceptionally(refused);
                    }
                }
            });
        } catch (RejectedExecutionException busy) {
            exchange.answer.completeExceptionally(new FetchException(FetchExecutors.BUSY));
        }
    }

    private static FetchException failure(String where, IOException why) {
        return why instanceof UnknownHostException
                ? new FetchException("no address for " + where + ": " + why.getMessage())
                : new FetchException(
                        "no answer from " + where + " (" + why.getClass().getSimpleName() + ")");
    }

    /** The request that follows a redirect; if the origin changes, without the headers of the script, which may hold secrets. */
    private static Optional<Request> redirect(Request request, Response response) {
        String location = response.header("Location");
        HttpUrl target = location == null || !REDIRECTS.contains(response.code())
                ? null
                : request.url().resolve(location);
        if (target == null) {
            return Optional.empty();
        }
        boolean keeps = response.code() == 307
                || response.code() == 308
                || request.method().equals("HEAD");
        Request.Builder next = request.newBuilder().url(target);
        if (!keeps) {
            next.method("GET", null).removeHeader("Content-Type");
        }
        boolean sameOrigin = target.host().equals(request.url().host())
                && target.port() == request.url().port()
                && target.isHttps() == request.url().isHttps();
        if (!sameOrigin) {
            request.headers().names().stream()
                    .filter(name -> !name.equals(ChainHeader.NAME))
                    .forEach(next::removeHeader);
        }
        return Optional.of(next.build());
    }

    /** A resolver that drops addresses that are not allowed. The client connects only to returned addresses. */
    private record GuardedDns(EgressAllowList allowed) implements Dns {
        @Override
        public List<InetAddress> lookup(String host) throws UnknownHostException {
            List<InetAddress> found = Dns.SYSTEM.lookup(host).stream()
                    .filter(address -> allowed.allows(host, address))
                    .toList();
            if (found.isEmpty()) {
                throw new UnknownHostException(
                        "it has only private addresses; to allow one, list the address itself in "
                                + EgressAllowList.SETTING);
            }
            return found;
        }
    }

    private static OkHttpClient client() {
        Dispatcher dispatcher = new Dispatcher(FetchExecutors.shared());
        dispatcher.setMaxRequests(128);
        dispatcher.setMaxRequestsPerHost(64);
        return new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .proxy(Proxy.NO_PROXY)
                .connectTimeout(Duration.ofSeconds(10))
                .writeTimeout(Duration.ofSeconds(30))
                .readTimeout(Duration.ofMinutes(2))
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .build();
    }
}
