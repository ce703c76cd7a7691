package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.processors.circuitbreaker.CircuitBreakerConfigured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records streams of a real server. */
@SuppressWarnings("NullAway.Init") // set before each test
class RecordCommandTest {
    private static final StreamPath PATH = StreamPath.of("/a");

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
    void should_write_the_text_of_the_server_below_a_header() throws Exception {
        append("said", "{\"text\": \"no: 1\\nand 2\", \"n\": [1.50, 1e-7]}");

        assertThat(run("record", "/a")).isZero();

        assertThat(header()).matches("""
                # stream: /a
                # project: public
                # events: 2, offsets 1 to 2
                # recorded: \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z
                # secrets: 0 redacted
                """);
        assertThat(body()).isEqualTo(served());
        assertThat(screen.err()).isEmpty();
    }

    @Test
    void should_write_a_file_and_say_what_is_in_it() throws IOException {
        append("said", "{\"token\": \"abc\", \"text\": \"use Bearer abcdefgh\"}");
        Path file = directory.resolve("logs/new/a.yaml");

        assertThat(run("record", "/a", "--out", file.toString())).isZero();

        assertThat(Files.readString(file))
                .contains("# secrets: 2 redacted\n", "token: \"[redacted]\"", "text: \"use [redacted]\"")
                .doesNotContain("abc");
        assertThat(screen.out()).isEmpty();
        assertThat(screen.err()).isEqualToIgnoringNewLines("millrace: 2 events of /a, 2 secrets redacted, in " + file);
    }

    @Test
    void should_redact_further_fields_or_none() {
        append("said", "{\"token\": \"abc\", \"email\": \"ann@example.org\"}");

        assertThat(run("record", "/a", "--redact", "e-mail,phone")).isZero();
        assertThat(screen.out()).contains("# secrets: 2 redacted").doesNotContain("abc", "ann@example.org");

        Screen everything = Screen.pipe();
        assertThat(everything.run("record", "/a", "--no-redact", "--url", url()))
                .isZero();
        assertThat(everything.out())
                .contains("# secrets: not looked for (--no-redact)\n", "token: \"abc\"", "ann@example.org");
    }

    @Test
    void should_record_the_part_that_is_asked_for() {
        for (String type : List.of("x", "y", "z")) {
            append(type, "{}");
        }

        run("record", "/a", "--after", "2", "--before", "4");

        assertThat(header()).contains("# events: 1, offsets 3 to 3, after 2, before 4\n");
        assertThat(body()).contains("type: \"y\"").doesNotContain("type: \"x\"", "type: \"z\"");
    }

    @Test
    void should_record_nothing_of_an_empty_range() {
        append("x", "{}");

        assertThat(run("record", "/a", "--after", "9")).isZero();

        assertThat(header()).contains("# events: none, after 9\n");
        assertThat(body()).isEmpty();
    }

    @Test
    void should_record_long_logs_page_by_page() throws Exception {
        append(EventCatalog.nameOf(CircuitBreakerConfigured.class), "{\"enabled\": false}");
        for (int batch = 0; batch < 3; batch++) {
            service.streams()
                    .appendAll(
                            PATH,
                            IntStream.range(0, 250)
                                    .mapToObj(i -> EventInput.ofType("t" + i))
                                    .toList())
                    .get(60, TimeUnit.SECONDS);
        }

        assertThat(run("record", "/a")).isZero();

        List<Event> stored = service.streams().read(PATH, ReadRange.all()).get(60, TimeUnit.SECONDS);
        assertThat(header()).contains("# events: " + stored.size() + ", offsets 1 to " + stored.size() + "\n");
        assertThat(body().lines().filter(line -> line.equals("---"))).hasSize(stored.size());
        assertThat(body()).isEqualTo(served());
    }

    @Test
    void should_leave_no_file_behind_when_it_fails() {
        Path file = directory.resolve("a.yaml");

        assertThat(screen.run("record", "/a", "--url", "http://127.0.0.1:1", "--out", file.toString()))
                .isEqualTo(1);

        assertThat(file).doesNotExist();
        assertThat(screen.err()).startsWith("millrace: read failed: /a").hasLineCount(1);
    }

    @Test
    void should_refuse_what_makes_no_sense() {
        assertThat(run("record", "/a", "--redact", "a", "--no-redact")).isEqualTo(2);
        assertThat(run("record", "/a", "--redact=..")).isEqualTo(2);
        assertThat(run("record", "/a", "--before", "0")).isEqualTo(2);

        assertThat(screen.err())
                .contains(
                        "--redact and --no-redact exclude each other",
                        "--redact: field name has no letter or digit: '..'",
                        "--after must be 0 or more, --before must be 1 or more");
    }

    private int run(String... args) {
        return screen.run(
                Stream.concat(Stream.of(args), Stream.of("--url", url())).toArray(String[]::new));
    }

    private void append(String type, String payload) {
        service.streams()
                .append(
                        PATH,
                        EventInput.builder()
                                .type(type)
                                .payload(JsonCodec.parse(payload))
                                .build())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private String header() {
        int body = screen.out().indexOf("---\n");
        return body < 0 ? screen.out() : screen.out().substring(0, body);
    }

    private String body() {
        return screen.out().substring(header().length());
    }

    private String served() throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url() + "/api/streams/a?beforeOffset=end"))
                                .header("Accept", "application/yaml")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String url() {
        return service.uri().toString();
    }
}
