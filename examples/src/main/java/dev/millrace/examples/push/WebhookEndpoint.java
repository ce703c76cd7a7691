package dev.millrace.examples.push;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.client.push.PushReceiver;
import dev.millrace.client.push.PushResponse;
import dev.millrace.core.EventStreams;
import dev.millrace.examples.hello.ChatProcessor;
import dev.millrace.examples.hello.Llm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The chat processor behind an endpoint of an application that already has an HTTP server. */
public final class WebhookEndpoint implements AutoCloseable {
    private final PushReceiver<?> receiver;
    private final ExecutorService threads = Executors.newFixedThreadPool(16);
    private final HttpServer server;

    WebhookEndpoint(EventStreams streams, Llm llm, String secret, int port) throws IOException {
        // region receiver
        receiver = PushReceiver.builder(streams, new ChatProcessor(llm))
                .secret(secret) // the secret of the subscription
                .build();
        // endregion
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        server.setExecutor(threads);
        // region mount
        server.createContext("/hooks/millrace", exchange -> {
            try (exchange) {
                byte[] delivery = exchange.getRequestBody().readAllBytes();
                PushResponse answer = receiver.handle(exchange.getRequestHeaders()::getFirst, delivery);
                byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(answer.status(), body.length);
                exchange.getResponseBody().write(body);
            }
        });
        // endregion
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(1);
        receiver.close();
        threads.shutdown();
    }

    /** Takes the service's URL and the secret of the subscription; serves on port 8080. */
    public static void main(String... args) throws IOException {
        HttpEventStreams streams = HttpEventStreams.builder(URI.create(args[0])).build();
        Llm echo = history -> CompletableFuture.completedFuture("You said " + history.get(history.size() - 1));
        WebhookEndpoint endpoint = new WebhookEndpoint(streams, echo, args[1], 8080);
        Runtime.getRuntime().addShutdownHook(new Thread(endpoint::close));
        System.out.println("http://127.0.0.1:" + endpoint.port() + "/hooks/millrace");
    }
}
