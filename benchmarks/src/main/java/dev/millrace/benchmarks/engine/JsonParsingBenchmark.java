package dev.millrace.benchmarks.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Jackson alone: makes a tree of each event of a stream, from bytes in memory. An operation is the whole stream. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init")
public class JsonParsingBenchmark {
    @Param("")
    public String url = "";

    /** The path of the stream's URL. */
    @Param("")
    public String path = "";

    /** How many measured events the stream has. */
    @Param("0")
    public long events;

    private final ObjectReader reader = new ObjectMapper().readerFor(JsonNode.class);
    private byte[] bytes;

    @Setup
    public void read() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path + "?beforeOffset=end"))
                .header("Accept", "application/x-ndjson")
                .build();
        HttpResponse<byte[]> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("cannot read " + path + ": status " + response.statusCode());
        }
        bytes = response.body();
    }

    @Benchmark
    public long parse() throws IOException {
        long size = 0;
        long parsed = 0;
        try (MappingIterator<JsonNode> trees = reader.readValues(bytes)) {
            while (trees.hasNextValue()) {
                size += trees.nextValue().size();
                parsed++;
            }
        }
        if (parsed < events) {
            throw new IllegalStateException("parsed " + parsed + " of " + events + " events");
        }
        return size;
    }
}
