package dev.millrace.processors.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamAnswerTest {
    private static final String STREAM = "event: a\ndata: {\"x\":1}\n\n: hm\n\ndata: {\"y\":\ndata: 2}\n\ndata: é\n\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/json",
                "text/plain",
                "application/octet-stream",
                "text/html",
                "text/event-stream"
            })
    void should_know_an_event_stream_by_its_first_bytes(String type) throws IOException {
        for (String begin : List.of("", "\n\n", "\r\n", "\ufeff", "\ufeff\n")) {
            for (String stream :
                    List.of("data: x\n\n", "event: x\ndata: y\n\n", ":\n\n", ": x", "id: 1\n", "retry:5\n", "data")) {
                for (int most = 1; most < 4; most++) {
                    assertThat(StreamAnswer.isEventStream(answer(begin + stream, type, most)))
                            .as("%s as %s", begin + stream, type)
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"object\":\"response\"}", "[{}]", "<html>data: x</html>", "\n  {\"data: \":1}", "\ufeff{}"})
    void should_not_take_json_or_html_for_an_event_stream(String body) throws IOException {
        String begin = body.replace(" ", "");
        for (String type : List.of("", "application/json", "text/event-stream")) {
            for (int most = 1; most < 4; most++) {
                assertThat(StreamAnswer.isEventStream(answer(begin, type, most)))
                        .as("%s as %s", body, type)
                        .isFalse();
            }
        }
    }

    @Test
    void should_take_other_text_for_an_event_stream_only_if_it_is_labelled_so() throws IOException {
        for (String text : List.of("", "\n", "upstream connect error", "dataset: x", "database", " data: x")) {
            assertThat(StreamAnswer.isEventStream(answer(text, "text/event-stream", 1)))
                    .as(text)
                    .isTrue();
            assertThat(StreamAnswer.isEventStream(answer(text, "text/plain", 1)))
                    .as(text)
                    .isFalse();
        }
    }

    @Test
    void should_consume_nothing() throws IOException {
        Response response = answer("{\"a\":1}", "text/event-stream", 1);

        assertThat(StreamAnswer.isEventStream(response)).isFalse();
        assertThat(response.body().string()).isEqualTo("{\"a\":1}");
    }

    /** With a normal end and with a broken connection, after each byte. */
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void should_end_the_last_frame_wherever_the_stream_ends(String newline) throws IOException {
        byte[] whole = ("\ufeff" + STREAM).replace("\n", newline).getBytes(StandardCharsets.UTF_8);
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        int first = text.indexOf('e'); // without a byte, nothing says that it is a stream
        for (int end = first + 1; end <= whole.length; end++) {
            for (boolean breaks : new boolean[] {false, true}) {
                Frames frames = new Frames();
                InputStream sent = new ByteArrayInputStream(whole, 0, end);
                Response response = response(breaks ? breaking(sent) : sent, "application/json");
                EventSources.processResponse(StreamAnswer.asEventStream(response), frames);

                List<String> complete = new ArrayList<>();
                addIf(complete, end >= text.indexOf("1}") + 2, "{\"x\":1}");
                addIf(complete, end >= text.indexOf("2}") + 2, "{\"y\":\n2}");
                addIf(complete, end >= text.indexOf("\u00c3\u00a9") + 2, "é");
                assertThat(frames.data.size()).isBetween(complete.size(), complete.size() + 1);
                assertThat(frames.data.subList(0, complete.size()))
                        .as("%d bytes", end)
                        .isEqualTo(complete);
                assertThat(frames.isClosed).isEqualTo(!breaks);
                assertThat(frames.failure == null).isEqualTo(!breaks);
            }
        }
    }

    @Test
    void should_say_that_a_connection_broke_after_the_end_of_the_frame() throws IOException {
        InputStream in = new StreamAnswer.CompleteFrames(
                breaking(new ByteArrayInputStream("x".getBytes(StandardCharsets.UTF_8))));

        assertThat(in.markSupported()).isFalse();
        assertThat(in.readNBytes(3)).asString(StandardCharsets.UTF_8).isEqualTo("x\n\n");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("broken");
        }
    }

    private static void addIf(List<String> frames, boolean isComplete, String frame) {
        if (isComplete) {
            frames.add(frame);
        }
    }

    private static InputStream breaking(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                int count = super.read(buffer, from, length);
                if (count < 0) {
                    throw new IOException("broken");
                }
                return count;
            }
        };
    }

    /** Whose body comes in pieces of so many bytes. */
    private static Response answer(String body, String type, int most) {
        return response(
                new FilterInputStream(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))) {
                    @Override
                    public int read(byte[] buffer, int from, int length) throws IOException {
                        return super.read(buffer, from, Math.min(length, most));
                    }
                },
                type);
    }

    private static Response response(InputStream body, String type) {
        return new Response.Builder()
                .request(new Request.Builder().url("http://localhost/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(ResponseBody.create(Okio.buffer(Okio.source(body)), MediaType.parse(type), -1))
                .build();
    }

    private static final class Frames extends EventSourceListener {
        final List<String> data = new ArrayList<>();
        boolean isClosed;

        @Nullable Throwable failure;

        @Override
        public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String frame) {
            data.add(frame);
        }

        @Override
        public void onClosed(EventSource source) {
            isClosed = true;
        }

        @Override
        public void onFailure(EventSource source, @Nullable Throwable thrown, @Nullable Response response) {
            failure = thrown;
        }
    }
}
