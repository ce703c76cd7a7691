package dev.millrace.client.internal.tail;

import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.SubtreeSubscriber;
import java.time.Duration;
import java.util.List;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;

/** The frames of a tail are read in a time that is linear in their length. */
class FrameParsersTest {
    private static final MediaType FRAMES = MediaType.get("text/event-stream");
    private static final StreamPath PATH = StreamPath.of("/s");
    private static final String EVENT = "{\"streamPath\":\"/s\",\"type\":\"t\",\"payload\":{},\"offset\":1,"
            + "\"createdAt\":\"2026-01-01T00:00:00.000Z\"}";

    private final Request request =
            new Request.Builder().url("http://localhost/").build();
    private final Call call = new OkHttpClient().newCall(request);

    private static final class Ignoring implements SubtreeSubscriber {
        @Override
        public void onStream(StreamPath path, ConnectionInfo connected) {}

        @Override
        public void onEvent(Event event) {}
    }

    @Test
    void should_read_frames_of_a_stream_in_linear_time() {
        LinearTimeCheck.of("tail", text -> stream(text + "\n\n"))
                .sampled()
                .check(around("data: " + EVENT + "\nid: 1\n\n", "event: caught-up\ndata: {\"offset\":1}\n\n"));
        LinearTimeCheck.of("tail", text -> stream(text + "\n\n"))
                .check(List.of(
                        HostileText.repeated("data: a\n"),
                        HostileText.within("event: caught-up\n", "data: 1\n", ""),
                        HostileText.within("data: ", "a", ""),
                        HostileText.within("event: ", "a", "\ndata: a"),
                        HostileText.repeated("data: " + EVENT + "\n\n")));
        LinearTimeCheck.of("data", text -> stream("data: " + oneLine(text) + "\n\n"))
                .sampled()
                .check(around(EVENT));
    }

    @Test
    void should_read_frames_of_a_subtree_in_linear_time() {
        LinearTimeCheck.of("tail of a subtree", text -> subtree("data: " + oneLine(text) + "\nid: 1\n\n"))
                .sampled()
                .check(around(EVENT));
        for (String frame : List.of("event: stream\ndata: ", "event: destroyed\ndata: ")) {
            LinearTimeCheck.of("tail of a subtree", text -> subtree(frame + text + "\n\n"))
                    .check(List.of(
                            HostileText.within("{\"streamPath\":\"", "/a", "\"}"),
                            HostileText.within("{\"streamPath\":\"/s\",\"offset\":", "9", "}"),
                            HostileText.nested("{\"streamPath\":", "1", "}")));
        }
        LinearTimeCheck.of("position", text -> subtree("data: " + EVENT + "\nid: " + oneLine(text) + "\n\n"))
                .sampled()
                .check(around("17"));
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ');
    }

    private void stream(String frames) {
        new StreamConnection(PATH, event -> {}, new StreamPosition(0), call, () -> false, -1).read(response(frames));
    }

    private void subtree(String frames) {
        new SubtreeConnection(PATH, new Ignoring(), new SubtreePosition(), Duration.ofSeconds(1), call, () -> false)
                .read(response(frames));
    }

    private Response response(String frames) {
        return new Response.Builder()
                .request(request)
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("")
                .body(ResponseBody.create(frames, FRAMES))
                .build();
    }
}
