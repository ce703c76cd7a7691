package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.server.ServerProcess;
import dev.millrace.benchmarks.server.Servers;
import dev.millrace.benchmarks.suite.AbsentException;
import dev.millrace.benchmarks.suite.Build;
import dev.millrace.benchmarks.suite.ScratchDirectory;
import dev.millrace.benchmarks.suite.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** A server that is spoken to over HTTP. */
final class HttpTarget implements Target {
    private static final String BREAKER_OFF =
            "{\"type\":\"https://events.iterate.com/events/stream/circuit-breaker-configured\","
                    + "\"payload\":{\"enabled\":false}}";

    /** How a stream is created, and where it is read live from its start. */
    private enum Protocol {
        MILLRACE("POST", "/api/streams/measured/", BREAKER_OFF, "?afterOffset=start"),
        DURABLE_STREAMS("PUT", "/v1/stream/measured-", "", "?offset=-1&live=sse"),
        NONE("POST", "/", "", "");

        private final String method;
        private final String prefix;
        private final String body;
        private final String liveQuery;

        Protocol(String method, String prefix, String body, String liveQuery) {
            this.method = method;
            this.prefix = prefix;
            this.body = body;
            this.liveQuery = liveQuery;
        }
    }

    private final ScratchDirectory directory;
    private final ServerProcess process;
    private final Protocol protocol;
    private final HttpClient client = HttpClient.newHttpClient();
    private int streams;

    private HttpTarget(ScratchDirectory directory, ServerProcess process, Protocol protocol) {
        this.directory = directory;
        this.process = process;
        this.protocol = protocol;
    }

    static HttpTarget millrace(Build build, Settings settings) throws Exception {
        return open(settings, directory -> Servers.millrace(build, directory.path()), Protocol.MILLRACE);
    }

    static HttpTarget durableStreams(Settings settings) throws Exception {
        return open(
                settings,
                directory -> Servers.durableStreams(settings.npm(), directory.path()),
                Protocol.DURABLE_STREAMS);
    }

    /** Answers what Millrace answers to an append of some events. */
    static HttpTarget jetty(Settings settings, int events) throws Exception {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (HttpTarget millrace = millrace(Build.current(""), settings)) {
            Request request = millrace.append(millrace.createStream(), events);
            ClosedLoop loop = new ClosedLoop(
                    millrace.address(),
                    () -> new HttpReplyReader(part -> {
                        byte[] bytes = new byte[part.remaining()];
                        part.get(bytes);
                        answer.writeBytes(bytes);
                    }),
                    new AtomicLong());
            loop.run(1, List.of(request));
        }
        return open(settings, directory -> Servers.jetty(answer.toByteArray(), directory.path()), Protocol.NONE);
    }

    @FunctionalInterface
    private interface Start {
        ServerProcess in(ScratchDirectory directory) throws IOException, AbsentException;
    }

    private static HttpTarget open(Settings settings, Start start, Protocol protocol) throws Exception {
        ScratchDirectory directory = ScratchDirectory.in(settings.directory(), "wire");
        try {
            return new HttpTarget(directory, start.in(directory), protocol);
        } catch (IOException | AbsentException e) {
            directory.close();
            throw e;
        }
    }

    @Override
    public InetSocketAddress address() {
        return process.address();
    }

    String url() {
        return process.url();
    }

    @Override
    public String createStream() throws IOException, InterruptedException {
        String path = protocol.prefix + ++streams;
        HttpRequest request = HttpRequest.newBuilder(URI.create(process.url() + path))
                .header("Content-Type", "application/json")
                .method(protocol.method, BodyPublishers.ofString(protocol.body))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(
                    "cannot create " + path + ": status " + response.statusCode() + ": " + response.body());
        }
        return path;
    }

    @Override
    public Request append(String stream, int events) {
        return Request.post(stream, events);
    }

    @Override
    public ReplyReader replies(int events) {
        return new HttpReplyReader();
    }

    @Override
    public LiveRead live(String stream, LongConsumer marks) {
        return new LiveRead.OverHttp(stream + protocol.liveQuery, marks);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.close();
        directory.close();
    }
}
