package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Subscriptions to subtrees over bad connections, and to services that do not support them. */
class HttpSubtreeTailTest {
    private static final Pattern TARGET =
            Pattern.compile("/api/streams/cut-(\\d+)\\?subtree=true&afterOffset=(end|\\d+)&caughtUp=true");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A subscriber that records every call as one line. */
    private static final class Lines implements SubtreeSubscriber {
        private final List<String> calls = new CopyOnWriteArrayList<>();
        private volatile @Nullable Throwable failure;

        @Override
        public void onConnected(Duration gap) {
            calls.add("connected");
        }

        @Override
        public void onStream(StreamPath path, ConnectionInfo connected) {
            calls.add(path + " '" + connected.incarnation() + "' " + connected.watermark());
        }

        @Override
        public void onEvent(Event event) {
            calls.add(event.path() + "@" + event.offset());
        }

        @Override
        public void onDestroyed(StreamPath path) {
            calls.add(path + " destroyed");
        }

        @Override
        public void onCaughtUp() {
            calls.add("caught up");
        }

        @Override
        public void onDisconnected(Throwable cause) {
            calls.add("disconnected");
        }

        @Override
        public void onEnd(@Nullable Throwable cause) {
            failure = cause;
            calls.add("end");
        }

        void until(String call) {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> calls.contains(call));
        }
    }

    private final Lines lines = new Lines();
    private final Set<Integer> alreadyCut = ConcurrentHashMap.newKeySet();

    private static HttpEventStreams client(LiveService service) {
        return HttpEventStreams.builder(service.uri())
                .backoff(Duration.ofNanos(1), Duration.ofMillis(1))
                .build();
    }

    private static String event(int position, String path, int offset) {
        return "event: message\ndata: {\"streamPath\":\"" + path + "\",\"type\":\"ü\",\"offset\":" + offset
                + ",\"createdAt\":\"2026-01-01T12:00:00.000Z\"}\nid: " + position + "\n\n";
    }

    /** A response with caught-up at position 10 and three events, without those up to the position of the reader. */
    private static byte[] answerAfter(int position) {
        StringBuilder body = new StringBuilder(": \n\n");
        body.append("event: stream\ndata: {\"streamPath\":\"/a\",\"incarnation\":\"A\",\"offset\":2}\n\n");
        if (position <= 10) {
            body.append("event: caught-up\ndata: {\"offset\": 10}\nid: 10\n\n");
        }
        if (position < 12) {
            body.append(event(12, "/a", 3));
        }
        if (position < 15) {
            body.append(event(15, "/b", 1));
        }
        if (position > 10) {
            long watermark = Math.max(15, position);
            body.append("event: caught-up\ndata: {\"offset\": " + watermark + "}\nid: " + watermark + "\n\n");
        }
        if (position < 19) {
            body.append("event: destroyed\ndata: {\"streamPath\":\"/c\"}\n\n").append(event(19, "/a", 4));
        }
        String answer = LiveRequest.tailHead("Millrace-Subtree: true", "Millrace-Watermark: 10")
                + LiveRequest.chunk(body.toString());
        return answer.getBytes(StandardCharsets.UTF_8);
    }

    private void serve(LiveRequest request) {
        Matcher target = TARGET.matcher(request.target);
        assertThat(target.matches()).as(request.target).isTrue();
        int cut = Integer.parseInt(target.group(1));
        byte[] answer = answerAfter(target.group(2).equals("end") ? 10 : Integer.parseInt(target.group(2)));
        if (alreadyCut.add(cut)) {
            request.raw(Arrays.copyOf(answer, cut)).cut();
        } else {
            request.raw(answer);
        }
    }

    @Test
    void should_deliver_every_event_once_wherever_the_connection_is_cut() throws Exception {
        int length = answerAfter(10).length;
        try (LiveService service = new LiveService(this::serve);
                HttpEventStreams streams = client(service)) {
            for (int cut = 0; cut < length; cut++) {
                Lines each = new Lines();
                Subscription subscription = streams.subscribeSubtree(StreamPath.of("/cut-" + cut), each);
                each.until("/a@4");
                subscription.close();
                each.until("end");
                assertThat(each.calls.stream().filter(call -> call.contains("@")))
                        .as("cut after byte %d: %s", cut, each.calls)
                        .containsExactly("/a@3", "/b@1", "/a@4");
                assertThat(each.calls).contains("/a 'A' 2", "caught up", "/c destroyed");
            }
        }
    }

    @Test
    void should_go_on_after_an_orderly_end_without_losing_its_place() throws Exception {
        try (LiveService service = new LiveService();
                HttpEventStreams streams = client(service)) {
            streams.subscribeSubtree(StreamPath.of("/a"), lines);
            LiveRequest first = service.next();
            assertThat(first.target).contains("afterOffset=end");
            first.raw(LiveRequest.tailHead("Millrace-Subtree: true"))
                    .send("event: caught-up\ndata: {}\nid: 7\n\n" + event(9, "/a", 5))
                    .end();

            LiveRequest second = service.next();

            assertThat(second.target).contains("afterOffset=9");
            second.raw(LiveRequest.tailHead("Millrace-Subtree: true")).send(event(9, "/a", 5) + event(10, "/a", 6));
            lines.until("/a@6");
            assertThat(lines.calls)
                    .containsExactly("connected", "caught up", "/a@5", "disconnected", "connected", "/a@6");
        }
    }

    @Test
    void should_read_again_what_it_cannot_understand() throws Exception {
        try (LiveService service = new LiveService();
                HttpEventStreams streams = client(service)) {
            streams.subscribeSubtree(StreamPath.of("/a"), lines);
            for (String broken : List.of(
                    "event: message\ndata: {\nid: 1\n\n",
                    "event: caught-up\ndata: {}\n\n",
                    "event: stream\ndata: {}\n\n",
                    "event: stream\ndata: {\"streamPath\":\"/a\"}\n\n",
                    "event: destroyed\ndata: {}\n\n",
                    "event: error\ndata: {\"message\":\"too slow\"}\n\n")) {
                service.next()
                        .raw(LiveRequest.tailHead("Millrace-Subtree: true"))
                        .send(broken);
            }
            service.next()
                    .raw(LiveRequest.tailHead("Millrace-Subtree: true"))
                    .send("event: tomorrow\ndata: x\n\n" + event(1, "/a", 1));
            lines.until("/a@1");
        }
    }

    @Test
    void should_end_at_once_when_the_service_ignores_subtrees() throws Exception {
        try (LiveService service = new LiveService();
                HttpEventStreams streams = client(service)) {
            streams.subscribeSubtree(StreamPath.of("/a"), lines);

            service.next().raw(LiveRequest.tailHead()).send(Sample.sse(1));

            lines.until("end");
            assertThat(lines.failure).isInstanceOf(UnsupportedOperationException.class);
            assertThat(lines.calls).containsExactly("end");
        }
    }

    @Test
    void should_end_at_once_when_the_service_does_not_know_the_parameter() throws Exception {
        try (LiveService service = new LiveService();
                HttpEventStreams streams = client(service)) {
            streams.subscribeSubtree(StreamPath.of("/a"), lines);

            service.next().answer(400, "application/json", Sample.error(400, "BAD_REQUEST", "unknown parameter"));

            lines.until("end");
            assertThat(lines.failure)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("/a")
                    .rootCause()
                    .hasMessageContaining("unknown parameter");
        }
    }

    @Test
    void should_end_when_it_may_not_read_and_try_again_when_the_service_is_busy() throws Exception {
        try (LiveService service = new LiveService();
                HttpEventStreams streams = client(service)) {
            streams.subscribeSubtree(StreamPath.of("/a"), lines);
            service.next().answer(503, "application/json", Sample.error(503, "SERVICE_UNAVAILABLE", "stopping"));
            service.next().answer(200, "text/html", "<p>proxy</p>");

            service.next().answer(403, "application/json", Sample.error(403, "FORBIDDEN", "not yours"));

            lines.until("end");
            assertThat(lines.failure).hasMessageContaining("not yours");
        }
    }

    @Test
    void should_end_with_its_client() throws IOException, InterruptedException {
        try (LiveService service = new LiveService()) {
            HttpEventStreams streams = client(service);
            streams.subscribeSubtree(StreamPath.of("/a"), lines);
            service.next().raw(LiveRequest.tailHead("Millrace-Subtree: true"));
            lines.until("connected");

            streams.close();

            lines.until("end");
            assertThat(lines.failure).isNull();
        }
    }
}
