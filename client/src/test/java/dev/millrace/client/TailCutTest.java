package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Cuts a connection after every single byte of an answer, head included. */
class TailCutTest {
    private static final Pattern TARGET = Pattern.compile("/api/streams/cut-(\\d+)\\?afterOffset=(start|\\d+)&.*");
    private static final String HEAD = LiveRequest.tailHead("Millrace-Incarnation: A", "Millrace-Watermark: 3");

    private final Set<Integer> alreadyCut = ConcurrentHashMap.newKeySet();

    @Test
    void should_deliver_every_event_once_and_in_order_wherever_the_connection_is_cut() throws Exception {
        int length = answerAfter(0).length;
        assertThat(length).isBetween(500, 1024);
        try (LiveService service = new LiveService(this::serve);
                HttpEventStreams streams = HttpEventStreams.builder(service.uri())
                        .backoff(Duration.ofNanos(1), Duration.ofMillis(1))
                        .build()) {
            for (int cut = 0; cut < length; cut++) {
                RecordingSubscriber subscriber = new RecordingSubscriber();
                Subscription subscription = streams.subscribe(StreamPath.of("/cut-" + cut), 0, subscriber);
                List<String> calls = subscriber.until("event 4");
                subscription.close();
                calls.addAll(subscriber.until("end"));
                assertThat(calls.stream().filter(call -> call.startsWith("event")))
                        .as("cut after byte %d: %s", cut, calls)
                        .containsExactly("event 1", "event 2", "event 3", "event 4");
                assertThat(calls.indexOf("caught up 3"))
                        .as("cut after byte %d: %s", cut, calls)
                        .isGreaterThan(calls.indexOf("event 3"));
            }
        }
    }

    private void serve(LiveRequest request) {
        Matcher target = TARGET.matcher(request.target);
        assertThat(target.matches()).isTrue();
        int cut = Integer.parseInt(target.group(1));
        byte[] answer = answerAfter(target.group(2).equals("start") ? 0 : Integer.parseInt(target.group(2)));
        if (alreadyCut.add(cut)) {
            request.raw(Arrays.copyOf(answer, cut)).cut();
        } else {
            request.raw(answer);
        }
    }

    /** History up to 3, the mark, and one live event; chunks that do not care where events end. */
    private static byte[] answerAfter(int offset) {
        StringBuilder body = new StringBuilder(": \n\n");
        for (int next = offset + 1; next <= 4; next++) {
            if (next == 4) {
                body.append(Sample.caughtUp(3)).append(": \n\n");
            }
            body.append("event: message\nid: ")
                    .append(next)
                    .append("\ndata: ")
                    .append(small(next))
                    .append("\n\n");
        }
        int half = body.length() / 2;
        String answer = HEAD + LiveRequest.chunk(body.substring(0, half)) + LiveRequest.chunk(body.substring(half));
        return answer.getBytes(StandardCharsets.UTF_8);
    }

    private static String small(int offset) {
        return "{\"streamPath\":\"/c\",\"type\":\"ü\",\"offset\":" + offset
                + ",\"createdAt\":\"2026-01-01T12:00:00.000Z\"}";
    }
}
