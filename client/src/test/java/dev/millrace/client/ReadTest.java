package dev.millrace.client;

import static dev.millrace.client.AppendTest.answer;
import static dev.millrace.client.AppendTest.failure;
import static dev.millrace.client.AppendTest.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadTest {
    private static final String STATE = "{\"projectSlug\":\"public\",\"path\":\"/agents/1\",\"eventCount\":3,"
            + "\"childPaths\":[\"/agents/1/b\",\"/agents/1/a\"],\"metadata\":{\"name\":\"x\"},"
            + "\"processors\":{\"circuit-breaker\":{\"paused\":false}}}";

    @StartStop
    public final MockWebServer server = new MockWebServer();

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpEventStreams streams;

    @BeforeEach
    void connect() {
        streams = HttpEventStreams.builder(server.url("/mounted/").uri()).build();
    }

    @AfterEach
    void close() {
        streams.close();
    }

    @Test
    void should_read_everything_committed_so_far() throws Exception {
        server.enqueue(lines(Sample.event(1), Sample.event(2)));
        List<Event> events = get(streams.read(Sample.PATH, ReadRange.all()));
        assertThat(events).extracting(Event::offset).containsExactly(1L, 2L);
        assertThat(events.get(0).payloadJson().path("text").asText()).isEqualTo("größe 1");
        RecordedRequest request = request();
        assertThat(request.getTarget()).isEqualTo("/mounted/api/streams/agents/1?beforeOffset=end");
        assertThat(request.getHeaders().get("Accept")).isEqualTo("application/x-ndjson");
        assertThat(request.getHeaders().get("X-Project-Slug")).isEqualTo("public");
        assertThat(request.getHeaders().get("Authorization")).isNull();
    }

    @Test
    void should_say_the_whole_range_on_the_wire() throws Exception {
        server.enqueue(lines());
        ReadRange range = ReadRange.builder()
                .afterOffset(5)
                .beforeOffset(9)
                .addTypes("https://x.example/a?b&c")
                .limit(2)
                .descending(true)
                .build();
        assertThat(get(streams.read(Sample.PATH, range))).isEmpty();
        HttpUrl url = request().getUrl();
        assertThat(url.queryParameter("afterOffset")).isEqualTo("5");
        assertThat(url.queryParameter("beforeOffset")).isEqualTo("9");
        assertThat(url.queryParameter("types")).isEqualTo("https://x.example/a?b&c");
        assertThat(url.queryParameter("limit")).isEqualTo("2");
        assertThat(url.queryParameter("order")).isEqualTo("desc");
    }

    @Test
    void should_say_start_for_an_upper_bound_before_everything() throws Exception {
        server.enqueue(lines());
        get(streams.read(Sample.PATH, ReadRange.builder().beforeOffset(0).build()));
        assertThat(request().getUrl().queryParameter("beforeOffset")).isEqualTo("start");
    }

    @Test
    void should_refuse_a_type_that_the_wire_would_take_for_two() {
        ReadRange range = ReadRange.builder().addTypes("a,b").build();
        assertThat(failure(streams.read(Sample.PATH, range)))
                .hasMessageContaining("'a,b' has a comma")
                .extracting(StreamException::code)
                .isEqualTo(StreamException.Code.BAD_REQUEST);
    }

    @Test
    void should_fail_a_read_that_breaks_off_instead_of_returning_a_part() {
        server.enqueue(lines(Sample.event(1), Sample.event(2))
                .newBuilder()
                .onResponseBody(new SocketEffect.CloseSocket())
                .build());
        assertThat(failure(streams.read(Sample.PATH, ReadRange.all())).code())
                .isEqualTo(StreamException.Code.UNAVAILABLE);
    }

    @Test
    void should_fail_a_read_with_fewer_events_than_the_service_announced() throws Exception {
        MockResponse two = lines(Sample.event(1), Sample.event(2))
                .newBuilder()
                .addHeader("Millrace-Watermark", "3")
                .build();
        server.enqueue(two);
        assertThat(failure(streams.read(Sample.PATH, ReadRange.all())))
                .hasMessageContaining("the answer ended early: it has 2 of 3 events, the last one at offset 2")
                .extracting(StreamException::code)
                .isEqualTo(StreamException.Code.UNAVAILABLE);
        for (ReadRange.Builder whole : List.of(
                ReadRange.builder().limit(2),
                ReadRange.builder().afterOffset(1),
                ReadRange.builder().beforeOffset(3),
                ReadRange.builder().addTypes("said"))) {
            server.enqueue(two);
            assertThat(get(streams.read(Sample.PATH, whole.build()))).hasSize(2);
        }
    }

    @Test
    void should_name_the_server_when_its_answer_is_not_of_the_wire() {
        server.enqueue(new MockResponse.Builder().body("<html>login</html>").build());
        assertThat(failure(streams.read(Sample.PATH, ReadRange.all())))
                .hasMessageContaining(
                        "read failed: /agents/1 at http://" + server.getHostName() + ":" + server.getPort())
                .hasMessageContaining("cannot be understood")
                .extracting(StreamException::code)
                .isEqualTo(StreamException.Code.INTERNAL);
    }

    @Test
    void should_read_the_state() throws Exception {
        server.enqueue(answer(STATE));
        StreamState state = get(streams.state(Sample.PATH));
        assertThat(request().getTarget()).isEqualTo("/mounted/api/streams/__state/agents/1");
        assertThat(state.eventCount()).isEqualTo(3);
        assertThat(state.childPaths()).containsExactly(StreamPath.of("/agents/1/b"), StreamPath.of("/agents/1/a"));
        assertThat(state.metadata().path("name").asText()).isEqualTo("x");
        assertThat(state.processors()).containsOnlyKeys("circuit-breaker");
    }

    @Test
    void should_list_streams_in_the_order_of_the_answer() throws Exception {
        server.enqueue(answer("[{\"path\":\"/b\",\"createdAt\":\"2026-01-01T12:00:00.000Z\"},"
                + "{\"path\":\"/\",\"createdAt\":\"2026-01-01T11:00:00.000Z\"}]"));
        List<StreamSummary> list = get(streams.list(StreamPath.root()));
        assertThat(request().getTarget()).isEqualTo("/mounted/api/streams/__children/%2F");
        assertThat(list)
                .containsExactly(
                        new StreamSummary(StreamPath.of("/b"), Sample.NOON),
                        new StreamSummary(StreamPath.root(), Sample.NOON.minusSeconds(3600)));
    }

    @Test
    void should_destroy_and_return_the_last_states_in_order() throws Exception {
        server.enqueue(answer("{\"destroyedStreamCount\":2,\"finalStateByPath\":{\"/agents/1\":{\"finalState\":" + STATE
                + "},\"/agents/1/a\":{\"finalState\":null}}}"));
        DestroyResult destroyed = get(streams.destroy(Sample.PATH, true));
        RecordedRequest request = request();
        assertThat(request.getMethod()).isEqualTo("DELETE");
        assertThat(request.getTarget()).isEqualTo("/mounted/api/streams/agents/1?destroyChildren=true");
        assertThat(destroyed.count()).isEqualTo(2);
        assertThat(destroyed.finalStates().keySet())
                .containsExactly(StreamPath.of("/agents/1"), StreamPath.of("/agents/1/a"));
        assertThat(destroyed.finalStates().values())
                .extracting(StreamState::eventCount)
                .containsExactly(3L, 0L);
    }

    @Test
    void should_name_a_project_that_no_header_can_hold_in_the_query() throws Exception {
        server.enqueue(answer("[]"));
        try (HttpEventStreams german = HttpEventStreams.builder(server.url("/").uri())
                .project(ProjectSlug.of("größe"))
                .build()) {
            get(german.list(Sample.PATH));
        }
        RecordedRequest request = request();
        assertThat(request.getUrl().queryParameter("projectSlug")).isEqualTo("größe");
        assertThat(request.getHeaders().get("X-Project-Slug")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "400, bad cursor, BAD_REQUEST",
        "401, who are you, FORBIDDEN",
        "403, not you, FORBIDDEN",
        "404, not_found, NOT_FOUND",
        "409, exists, CONFLICT",
        "412, the stream is paused, PAUSED",
        "412, it is fenced: the lease has passed on, FENCED",
        "412, 7 is not the next generated offset, OFFSET_MISMATCH",
        "413, too much, TOO_LARGE",
        "418, teapot, BAD_REQUEST",
        "429, slower, UNAVAILABLE",
        "500, oops, INTERNAL",
        "501, oops, INTERNAL",
        "502, gateway, UNAVAILABLE",
        "503, stopping, UNAVAILABLE",
        "504, gateway, UNAVAILABLE"
    })
    void should_map_refusals_to_codes_and_repeat_the_words_of_the_service(
            int status, String message, StreamException.Code code) {
        server.enqueue(new MockResponse.Builder()
                .code(status)
                .body(Sample.error(status, "X", message))
                .build());
        StreamException failure = failure(streams.state(Sample.PATH));
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.path()).contains(Sample.PATH);
        assertThat(failure).hasMessageContaining("the service answered " + status + ": " + message + "; ");
    }

    @Test
    void should_quote_an_error_that_is_not_of_the_wire_but_not_all_of_it() {
        server.enqueue(new MockResponse.Builder()
                .code(502)
                .body("<h1>Bad gateway</h1>" + "x".repeat(10_000))
                .build());
        assertThat(failure(streams.state(Sample.PATH)).getMessage())
                .contains("<h1>Bad gateway</h1>")
                .hasSizeLessThan(800);
    }

    @Test
    void should_report_an_unreachable_service() throws Exception {
        URI gone;
        try (LiveService service = new LiveService()) {
            gone = service.uri();
        }
        try (HttpEventStreams nowhere = HttpEventStreams.builder(gone).build()) {
            assertThat(failure(nowhere.state(Sample.PATH)))
                    .hasMessageContaining("state failed: /agents/1 at " + gone + "; the connection failed")
                    .extracting(StreamException::code)
                    .isEqualTo(StreamException.Code.UNAVAILABLE);
        }
    }

    @Test
    void should_refuse_a_base_url_that_is_not_http() {
        assertThatThrownBy(() -> HttpEventStreams.builder(URI.create("ftp://host/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ftp://host/");
    }

    private RecordedRequest request() throws InterruptedException {
        RecordedRequest request = server.takeRequest(30, TimeUnit.SECONDS);
        return Objects.requireNonNull(request, "no request came");
    }

    private static MockResponse lines(String... events) {
        return new MockResponse.Builder()
                .addHeader("Content-Type", "application/x-ndjson")
                .body(String.join("\n", events) + "\n")
                .build();
    }
}
