package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cuts the connection after every byte of a response of up to 4 KiB: in its head, its chunk lengths, its events, and
 * within characters. {@code ParserCutTest} cuts larger ones in memory.
 */
class TailCutTest {
    private static final Pattern TARGET = Pattern.compile("/api/streams/cut-(\\d+)\\?afterOffset=(start|\\d+)&.*");
    private static final int AT_ONCE = 32;

    /** The {@code afterOffset} and {@code Last-Event-ID} of the requests of each tail, by the byte of its cut. */
    private final Map<Integer, List<String>> asked = new ConcurrentHashMap<>();

    private record Cut(int at, RecordingSubscriber subscriber, Subscription subscription) {}

    static Stream<CutFixture> fixtures() {
        return Stream.of(CutFixture.SMALL, CutFixture.SMALL_CRLF, CutFixture.SMALL_CR, CutFixture.LARGE);
    }

    @Test
    void should_cut_what_it_says() {
        assertThat(CutFixture.SMALL.body(0).length).isBetween(600, 1024);
        assertThat(CutFixture.LARGE.body(0).length).isBetween(4_000, 4_096);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void should_deliver_every_event_once_and_in_order_wherever_the_connection_is_cut(CutFixture fixture)
            throws Exception {
        int length = fixture.answer(0).length;
        try (LiveService service = new LiveService(request -> serve(fixture, request));
                HttpEventStreams streams = HttpEventStreams.builder(service.uri())
                        .backoff(Duration.ofNanos(1), Duration.ofMillis(1))
                        .build()) {
            for (int first = 0; first < length; first += AT_ONCE) {
                List<Cut> cuts = IntStream.range(first, Math.min(length, first + AT_ONCE))
                        .mapToObj(at -> begin(fixture, streams, at))
                        .toList();
                for (Cut cut : cuts) {
                    check(fixture, cut);
                }
            }
        }
        assertThat(asked).hasSize(length);
    }

    private static Cut begin(CutFixture fixture, HttpEventStreams streams, int at) {
        RecordingSubscriber subscriber = new RecordingSubscriber() {
            @Override
            public void onEvent(Event event) {
                fixture.check(event);
                super.onEvent(event);
            }
        };
        return new Cut(at, subscriber, streams.subscribe(StreamPath.of("/cut-" + at), 0, subscriber));
    }

    private void check(CutFixture fixture, Cut cut) throws InterruptedException {
        List<String> calls = cut.subscriber().until("event " + fixture.events());
        cut.subscription().close();
        calls.addAll(cut.subscriber().until("end"));
        String where = "cut after byte " + cut.at() + ": " + calls;

        assertThat(calls.stream().filter(call -> call.startsWith("event ")))
                .as(where)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, fixture.events())
                        .mapToObj(n -> "event " + n)
                        .toList());
        assertThat(calls.indexOf("caught up 3")).as(where).isGreaterThan(calls.indexOf("event 3"));

        long whole = cut.at() < fixture.headLength()
                ? 0
                : calls.stream()
                        .takeWhile(call -> !call.equals("disconnected"))
                        .filter(call -> call.startsWith("event "))
                        .count();
        String resumed = whole == 0 ? "start, null" : whole + ", " + whole;
        String[] expected =
                whole == fixture.events() ? new String[] {"start, null"} : new String[] {"start, null", resumed};
        assertThat(asked.get(cut.at())).as(where).startsWith(expected);
    }

    private void serve(CutFixture fixture, LiveRequest request) {
        Matcher target = TARGET.matcher(request.target);
        assertThat(target.matches()).isTrue();
        int cut = Integer.parseInt(target.group(1));
        String after = target.group(2);
        byte[] answer = fixture.answer(after.equals("start") ? 0 : Integer.parseInt(after));
        List<String> requests = asked.computeIfAbsent(cut, at -> new CopyOnWriteArrayList<>());
        requests.add(after + ", " + request.headers.get("last-event-id"));
        if (requests.size() == 1) {
            request.raw(Arrays.copyOf(answer, cut)).cut();
        } else {
            request.raw(answer);
        }
    }
}
