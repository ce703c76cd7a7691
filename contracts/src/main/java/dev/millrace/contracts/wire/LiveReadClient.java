package dev.millrace.contracts.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/**
 * A reader of a live answer: it reads line by line on its own thread and keeps all lines.
 *
 * @since 0.1
 */
public final class LiveReadClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpResponse<InputStream> response;
    private final List<String> lines = new ArrayList<>();
    private final List<JsonNode> events = new ArrayList<>();
    private int read;
    private volatile String end = "";

    public LiveReadClient(HttpResponse<InputStream> response) {
        this.response = response;
        Thread thread = new Thread(this::run, "live-reader");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                add(line);
            }
            end = "normal";
        } catch (IOException e) {
            end = "broken: " + e.getMessage();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
    }

    public int status() {
        return response.statusCode();
    }

    public String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** The events that are complete. */
    public synchronized List<JsonNode> events() {
        for (int complete = lines.lastIndexOf(""); read < complete; read++) {
            String line = lines.get(read);
            if (line.startsWith("data: {\"streamPath\"")) {
                events.add(JsonCodec.parse(line.substring("data: ".length())));
            }
        }
        return List.copyOf(events);
    }

    public List<Long> offsets() {
        return events().stream().map(event -> event.path("offset").longValue()).toList();
    }

    public long comments() {
        return lines().stream().filter(line -> line.startsWith(":")).count();
    }

    /** How the answer ended; empty while it is open. */
    public String end() {
        return end;
    }

    public LiveReadClient awaitOffset(long offset) {
        return await(() -> offsets().contains(offset));
    }

    public LiveReadClient awaitLine(String text) {
        return await(() -> lines().stream().anyMatch(line -> line.contains(text)));
    }

    public LiveReadClient awaitEnd() {
        return await(() -> !end.isEmpty());
    }

    private LiveReadClient await(Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
        return this;
    }

    /** Checks that no event arrives in this time. */
    public void staysSilentFor(Duration duration) {
        int before = events().size();
        Awaitility.await()
                .during(duration)
                .atMost(duration.plus(PATIENCE))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> events().size() == before && end.isEmpty());
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
