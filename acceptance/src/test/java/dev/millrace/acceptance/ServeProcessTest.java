package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Tag("jdk")
@Execution(ExecutionMode.CONCURRENT)
class ServeProcessTest {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    private static final int TERMINATED = 128 + 15;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void should_serve_until_it_is_told_to_end_and_go_on_where_it_was() throws Exception {
        String data = directory.resolve("data").toString();
        try (CommandProcess first =
                CommandProcess.start("serve", "--port", "0", "--data", data, "--max-readers", "1000")) {
            String url = address(first);
            assertThat(post(url + "/orders", "{\"type\": \"order-placed\"}")).contains("\"offset\": 2");

            assertThat(first.terminate()).isEqualTo(TERMINATED);
            assertThat(first.out()).hasSize(2);
            assertThat(first.out().get(0)).matches("memory for requests: \\d+ MiB, half of the heap .*");
            assertThat(first.out().get(1)).isEqualTo("millrace is listening on " + url + " (events in " + data + ")");
            assertThat(first.err()).isEmpty();
        }
        try (CommandProcess second = CommandProcess.start("serve", "--port", "0", "--data", data)) {
            String url = address(second);
            assertThat(get(url + "/orders")).contains("order-placed").containsOnlyOnce("initialized");
            assertThat(post(url + "/orders", "{\"type\": \"order-paid\"}")).contains("\"offset\": 3");
        }
    }

    @Test
    void should_keep_bare_reads_open_if_it_is_told_to() throws Exception {
        try (CommandProcess finite = CommandProcess.start("serve", "--port", "0", "--in-memory")) {
            assertThat(get(address(finite) + "/api/streams/orders")).containsOnlyOnce("initialized");
        }
        try (CommandProcess live = CommandProcess.start("serve", "--port", "0", "--in-memory", "--bare-read", "live")) {
            String url = address(live);
            HttpRequest read = HttpRequest.newBuilder(URI.create(url + "/api/streams/orders"))
                    .build();
            try (Stream<String> lines = http.send(read, BodyHandlers.ofLines()).body()) {
                post(url + "/orders", "{\"type\": \"order-placed\"}");

                assertThat(lines.filter(line -> line.contains("order-placed")).findFirst())
                        .isPresent();
            }
        }
    }

    @Test
    void should_end_live_readers_when_it_stops() throws Exception {
        try (CommandProcess serve = CommandProcess.start("serve", "--port", "0", "--in-memory")) {
            String url = address(serve);
            try (CommandProcess tail = CommandProcess.start("tail", "/orders", "--url", url, "--after", "start")) {
                tail.awaitLine("initialized");

                assertThat(serve.terminate()).isEqualTo(TERMINATED);
                assertThat(tail.terminate()).isEqualTo(TERMINATED);
                assertThat(tail.err()).allMatch(line -> line.startsWith("millrace: connection lost"));
            }
        }
    }

    @Test
    void should_be_reached_by_others_once_there_is_a_token_and_ask_for_it() throws Exception {
        String data = directory.toString();
        String token;
        try (CommandProcess create =
                CommandProcess.start("token", "create", "--data", data, "--allow", "read,append")) {
            assertThat(create.exitCode()).isZero();
            token = String.join("", create.out());
        }
        try (CommandProcess serve = CommandProcess.start("serve", "--host", "0.0.0.0", "--port", "0", "--data", data)) {
            String url = address(serve);

            assertThat(post(url + "/orders", "{\"type\": \"order-placed\"}")).contains("UNAUTHORIZED");
            HttpRequest.Builder withToken =
                    HttpRequest.newBuilder(URI.create(url + "/orders")).header("Authorization", "Bearer " + token);
            assertThat(send(withToken)).contains("initialized");
            try (CommandProcess read =
                    CommandProcess.start(Map.of("MILLRACE_TOKEN", token), "read", "/orders", "--url", url)) {
                read.awaitLine("initialized");
                assertThat(read.exitCode()).isZero();
            }
            try (CommandProcess help = CommandProcess.start(Map.of("MILLRACE_TOKEN", "visible"), "read", "--help")) {
                assertThat(help.exitCode()).isZero();
                assertThat(help.out()).noneMatch(line -> line.contains("visible"));
            }
        }
    }

    @Test
    void should_have_on_disk_what_it_acknowledged_when_it_is_killed_and_secrets_unreadable() throws Exception {
        String data = directory.toString();
        String secret = "{\"name\": \"key\", \"value\": \"hidden-value\"}";
        try (CommandProcess first = CommandProcess.start("serve", "--port", "0", "--data", data)) {
            String url = address(first);
            post(url + "/orders", "{\"type\": \"order-placed\"}");
            assertThat(post(url + "/api/secrets", secret)).contains("\"name\": \"key\"");
            first.kill();
        }
        try (CommandProcess second = CommandProcess.start("serve", "--port", "0", "--data", data)) {
            String url = address(second);
            assertThat(get(url + "/orders")).contains("order-placed");
            assertThat(get(url + "/api/secrets")).contains("\"total\": 1").doesNotContain("hidden-value");
            assertThat(post(url + "/api/secrets", secret)).contains("CONFLICT");

            assertFails("millrace: cannot open the event store: " + data, "serve", "--port", "0", "--data", data);
        }
        assertThat(Files.readString(directory.resolve("secrets.json"))).doesNotContain("hidden-value");
    }

    @Test
    void should_say_that_the_port_is_taken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertFails(
                    "millrace: cannot listen on 127.0.0.1:" + port,
                    "serve",
                    "--in-memory",
                    "--port",
                    String.valueOf(port));
        }
    }

    @Test
    void should_say_that_the_data_cannot_be_written() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");

        assertFails(
                "millrace: cannot open the event store: " + file, "serve", "--port", "0", "--data", file.toString());
    }

    private static void assertFails(String message, String... args) throws Exception {
        try (CommandProcess child = CommandProcess.start(args)) {
            assertThat(child.exitCode()).isEqualTo(1);
            assertThat(child.out()).isEmpty();
            assertThat(child.err()).singleElement().asString().startsWith(message);
        }
    }

    private static String address(CommandProcess serve) {
        Matcher address = ADDRESS.matcher(serve.awaitLine("http://"));
        assertThat(address.find()).isTrue();
        return address.group();
    }

    private String post(String url, String json) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private String get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofString())
                .body();
    }
}
