package dev.millrace.contracts.tck;

import dev.millrace.contracts.wire.ServiceClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The service under test at a URL. The checks that run on this thread get it from here. */
final class ServiceUnderTest extends ServiceClient {
    private static final Duration TO_ANSWER = Duration.ofSeconds(20);
    private static final ThreadLocal<ServiceUnderTest> CURRENT = new ThreadLocal<>();

    private final Optional<String> token;

    private ServiceUnderTest(URI uri, Duration heartbeat, Optional<String> token) {
        super(uri, heartbeat);
        this.token = token;
    }

    /** Sets the service for the checks on this thread, until it is closed. */
    static ServiceUnderTest set(URI uri, Duration heartbeat, Optional<String> token) {
        ServiceUnderTest serviceUnderTest = new ServiceUnderTest(uri, heartbeat, token);
        CURRENT.set(serviceUnderTest);
        return serviceUnderTest;
    }

    static ServiceUnderTest current() {
        ServiceUnderTest serviceUnderTest = CURRENT.get();
        if (serviceUnderTest == null) {
            throw new IllegalStateException("no service to check; run these checks with the tck tool");
        }
        return serviceUnderTest;
    }

    @Override
    public Optional<String> token() {
        return token;
    }

    /** The reason why the service does not answer; empty if there is any answer. */
    Optional<String> silence() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(baseUri() + "/healthz"))
                    .timeout(TO_ANSWER)
                    .build();
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TO_ANSWER)
                    .build()
                    .sendAsync(request, HttpResponse.BodyHandlers.discarding())
                    .get(TO_ANSWER.toSeconds(), TimeUnit.SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            return Optional.of("no answer within " + TO_ANSWER.toSeconds() + " s");
        }
    }

    @Override
    public void close() throws IOException {
        CURRENT.remove();
        super.close();
    }
}
