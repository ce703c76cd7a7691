package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.engine.InMemoryEventStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** The wire checks from the command line, with a correct service and a faulty one. */
@SuppressWarnings("NullAway.Init") // set before each test
class TckCommandTest {
    private LocalService service;
    private final Screen screen = Screen.pipe();

    @TempDir
    Path directory;

    @BeforeEach
    void serve() {
        service = LocalService.start(
                DataDirectoryOptions.Opened.only(new InMemoryEventStore()),
                Map.of(),
                LocalService.Listening.locally(0, false));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void should_find_nothing_wrong_with_the_service_itself() throws Exception {
        Path report = directory.resolve("new/tck.xml");

        int code = screen.run(
                "tck",
                service.uri().toString(),
                "--only",
                "append,offset,path,secret,transformer,breaker",
                "--junit-report",
                report.toString());

        assertThat(code).as(screen.out() + screen.err()).isZero();
        assertThat(screen.out())
                .contains("pass  append: 01 first event of a new stream has offset 2 (")
                .contains(
                        "pass  append: 03 bare and enveloped events are the same on every spelling [1] body={\"type\":\"a\"} (")
                .contains(
                        "skip  breaker: 60 the configuration survives a restart (it needs a restart of the service)\n")
                .doesNotContain("FAIL")
                .containsPattern(
                        Pattern.quote(service.uri().toString()) + ": \\d+ checks, \\d+ passed, 0 failed, 1 skipped in");
        Document xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
        assertThat(xml.getElementsByTagName("testsuite").getLength()).isEqualTo(6);
        assertThat(xml.getElementsByTagName("skipped").getLength()).isEqualTo(1);
        assertThat(xml.getElementsByTagName("testcase").getLength())
                .isEqualTo((int) screen.out().lines().count() - 1);
    }

    @Test
    void should_name_the_check_that_a_wrong_service_fails() throws Exception {
        HttpServer wrong = proxyThatHidesOffsets();
        ExecutorService threads = Executors.newCachedThreadPool();
        wrong.setExecutor(threads);
        wrong.start();
        Path report = directory.resolve("tck.xml");
        try {
            int code = screen.run(
                    "tck",
                    "http://127.0.0.1:" + wrong.getAddress().getPort(),
                    "--only",
                    "append",
                    "--junit-report",
                    report.toString());

            assertThat(code).isEqualTo(1);
        } finally {
            wrong.stop(0);
            threads.shutdownNow();
        }
        assertThat(screen.out())
                .contains("FAIL  append: 01 first event of a new stream has offset 2\n", "expected: 2", "but was: 7")
                .contains("pass  append: 14 malformed json is refused and nothing is appended (")
                .containsPattern("\\d+ checks, \\d+ passed, [1-9]\\d* failed, 0 skipped in");
        assertThat(Files.readString(report)).contains("<failure message=");
    }

    @Test
    void should_say_that_no_service_answers() {
        URI gone = service.uri();
        service.close();

        assertThat(screen.run("tck", gone.toString(), "--only", "append")).isEqualTo(1);

        assertThat(screen.err()).startsWith("tck: no answer: " + gone + "; ").contains("start the service");
        assertThat(screen.out()).isEmpty();
    }

    @Test
    void should_refuse_what_it_does_not_know() {
        for (List<String> wrong : List.of(
                List.of("https://127.0.0.1:1"),
                List.of("http://127.0.0.1:1/api"),
                List.of("http://127.0.0.1:1", "--only", "append,nonsense"),
                List.of("http://127.0.0.1:1", "--heartbeat", "soon"))) {
            Screen other = Screen.pipe();
            String[] words = wrong.toArray(String[]::new);
            String[] all = new String[words.length + 1];
            all[0] = "tck";
            System.arraycopy(words, 0, all, 1, words.length);

            assertThat(other.run(all)).as(wrong.toString()).isEqualTo(2);
            assertThat(other.err()).startsWith("tck: ").contains(words[words.length - 1].replace("append,", ""));
        }
    }

    /** The real service behind a proxy that changes the offset of each answered event. */
    private HttpServer proxyThatHidesOffsets() throws IOException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            try (InputStream body = exchange.getRequestBody()) {
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                                service.uri() + exchange.getRequestURI().toString()))
                        .method(
                                exchange.getRequestMethod(),
                                HttpRequest.BodyPublishers.ofByteArray(body.readAllBytes()));
                String contentType = exchange.getRequestHeaders().getFirst("Content-Type");
                if (contentType != null) {
                    request.header("Content-Type", contentType);
                }
                HttpResponse<String> answer = client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                        .get(30, TimeUnit.SECONDS);
                byte[] wrong = answer.body()
                        .replaceAll("\"offset\": 2", "\"offset\": 7")
                        .getBytes(StandardCharsets.UTF_8);
                answer.headers()
                        .firstValue("Content-Type")
                        .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
                exchange.sendResponseHeaders(answer.statusCode(), wrong.length == 0 ? -1 : wrong.length);
                exchange.getResponseBody().write(wrong);
            } catch (Exception e) {
                throw new IOException(e);
            } finally {
                exchange.close();
            }
        });
        return proxy;
    }
}
