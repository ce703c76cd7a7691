package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Connected;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import org.junit.jupiter.api.Test;

/**
 * Cuts answers larger than those of {@link TailCutTest}: 4 KiB over real sockets, many at a time, and 64 KiB through the
 * parser in memory. Every byte of the 4 KiB has its turn with {@code -Dmillrace.long=true}, otherwise every seventh.
 */
class TailCutLargeTest {
    private static final Pattern TARGET = Pattern.compile("/api/streams/cut-(\\d+)\\?afterOffset=(start|\\d+)&.*");
    private static final String HEAD = LiveRequest.tailHead("Millrace-Incarnation: A", "Millrace-Watermark: 20");
    private static final int STRIDE = Boolean.getBoolean("millrace.long") ? 1 : 7;
    private static final int AT_ONCE = 32;
    private static final int EVENTS = 20;

    private final Set<Integer> alreadyCut = ConcurrentHashMap.newKeySet();

    private record Cut(int at, RecordingSubscriber subscriber, Subscription subscription) {}

    @Test
    void should_deliver_every_event_once_wherever_4_kib_are_cut() throws Exception {
        int length = answerAfter(0).length;
        assertThat(length).isBetween(3_800, 4_096);
        try (LiveService service = new LiveService(this::serve);
                HttpEventStreams streams = HttpEventStreams.builder(service.uri())
                        .backoff(Duration.ofNanos(1), Duration.ofMillis(1))
                        .build()) {
            for (int first = 0; first < length; first += AT_ONCE * STRIDE) {
                List<Cut> cuts = new ArrayList<>();
                for (int at = first; at < Math.min(length, first + AT_ONCE * STRIDE); at += STRIDE) {
                    RecordingSubscriber subscriber = new RecordingSubscriber();
                    cuts.add(new Cut(at, subscriber, streams.subscribe(StreamPath.of("/cut-" + at), 0, subscriber)));
                }
                for (Cut cut : cuts) {
                    check(cut);
                }
            }
        }
    }

    private static void check(Cut cut) throws InterruptedException {
        List<String> calls = cut.subscriber().until("event " + EVENTS);
        cut.subscription().close();
        calls.addAll(cut.subscriber().until("end"));
        assertThat(calls.stream().filter(call -> call.startsWith("event ")))
                .as("cut after byte %d: %s", cut.at(), calls)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, EVENTS)
                        .mapToObj(n -> "event " + n)
                        .toList());
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

    /** Chunks that do not care where events end. */
    private static byte[] answerAfter(int offset) {
        StringBuilder answer = new StringBuilder(HEAD);
        String body = body(offset, EVENTS, 30, "\n");
        for (int from = 0; from < body.length(); from += 701) {
            answer.append(LiveRequest.chunk(body.substring(from, Math.min(body.length(), from + 701))));
        }
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String body(int after, int through, int length, String newline) {
        StringBuilder body = new StringBuilder();
        for (int next = after + 1; next <= through; next++) {
            String event = "{\"streamPath\":\"/c\",\"type\":\"ü\",\"payload\":{\"t\":\"" + "x€".repeat(length / 4)
                    + "\"},\"offset\":" + next + ",\"createdAt\":\"2026-01-01T12:00:00.000Z\"}";
            body.append(("event: message\nid: " + next + "\ndata: " + event + "\n\n").replace("\n", newline));
        }
        return body.toString();
    }

    @Test
    void should_deliver_what_is_whole_of_64_kib_cut_anywhere() {
        for (String newline : List.of("\n", "\r\n")) {
            byte[] body = body(0, 60, 1_000, newline).getBytes(StandardCharsets.UTF_8);
            assertThat(body.length).isGreaterThan(64 * 1024);
            long[] ends = ends(newline);
            Random random = new Random(7);
            LongStream borders = Arrays.stream(ends).flatMap(end -> LongStream.rangeClosed(end - 3, end + 3));
            LongStream anywhere = random.longs(300, 0, body.length);
            LongStream.concat(borders, anywhere)
                    .filter(cut -> cut >= 0 && cut <= body.length)
                    .forEach(cut -> {
                        List<Long> whole = LongStream.rangeClosed(1, ends.length)
                                .filter(n -> ends[(int) n - 1] <= cut)
                                .boxed()
                                .toList();
                        assertThat(parsed(Arrays.copyOf(body, (int) cut)))
                                .as("cut after byte %d", cut)
                                .isEqualTo(whole);
                    });
        }
    }

    /** After which byte each event is whole: with the first line end of the empty line, of which a lone CR is one. */
    private static long[] ends(String newline) {
        long[] ends = new long[60];
        for (int n = 1; n <= 60; n++) {
            int through = body(0, n, 1_000, newline).getBytes(StandardCharsets.UTF_8).length;
            ends[n - 1] = through - (newline.length() - 1);
        }
        return ends;
    }

    private static List<Long> parsed(byte[] bytes) {
        Request request = new Request.Builder().url("http://localhost/").build();
        Call call = new OkHttpClient().newCall(request);
        Response response = new Response.Builder()
                .request(request)
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(ResponseBody.create(new Buffer().write(bytes), MediaType.get("text/event-stream"), bytes.length))
                .build();
        RecordingSubscriber subscriber = new RecordingSubscriber();
        new TailConnection(StreamPath.of("/c"), subscriber, new Position(0), call, () -> false, -1)
                .run(new Connected("A", 60, Duration.ZERO), response);
        return subscriber.rest().stream()
                .filter(what -> what.startsWith("event "))
                .map(what -> Long.parseLong(what.substring("event ".length())))
                .toList();
    }
}
