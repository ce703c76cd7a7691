package dev.millrace.client.internal.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.millrace.client.CutFixture;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cuts larger responses than {@code TailCutTest}, in memory: one of 12 KiB after every byte, which is more than one
 * read segment; and one of 64 KiB around every border of an event or a segment and at random bytes. With {@code
 * -Dmillrace.long=true} that one after every byte too.
 */
class ParserCutTest {
    private static final Request REQUEST =
            new Request.Builder().url("http://localhost/").build();
    private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
    private static final int SEGMENT = 8 * 1024;
    private static final int NEAR = 3;

    private static final OkHttpClient CLIENT = new OkHttpClient();

    static Stream<CutFixture> every() {
        return Stream.of(new CutFixture(12, 900, "\n"), new CutFixture(9, 900, "\r\n"), new CutFixture(9, 900, "\r"));
    }

    static Stream<CutFixture> some() {
        return Stream.of("\n", "\r\n", "\r").map(newline -> new CutFixture(60, 1_000, newline));
    }

    @ParameterizedTest
    @MethodSource("every")
    void should_deliver_what_is_whole_and_then_the_rest_of_more_than_a_segment_cut_after_every_byte(
            CutFixture fixture) {
        int length = fixture.body(0).length;
        assertThat(length).isGreaterThan(SEGMENT);
        check(fixture, IntStream.rangeClosed(0, length));
    }

    @ParameterizedTest
    @MethodSource("some")
    void should_deliver_what_is_whole_and_then_the_rest_of_64_kib_cut_anywhere(CutFixture fixture) {
        int length = fixture.body(0).length;
        assertThat(length).isGreaterThan(64 * 1024);
        if (Boolean.getBoolean("millrace.long")) {
            check(fixture, IntStream.rangeClosed(0, length));
            return;
        }
        IntStream segments = IntStream.rangeClosed(1, length / SEGMENT).map(n -> n * SEGMENT);
        IntStream borders = IntStream.concat(Arrays.stream(fixture.ends()), segments)
                .flatMap(border -> IntStream.rangeClosed(border - NEAR, border + NEAR));
        check(
                fixture,
                IntStream.concat(borders, new Random(7).ints(300, 0, length))
                        .filter(cut -> cut <= length)
                        .distinct());
    }

    @Test
    void should_deliver_nothing_of_an_event_whose_last_line_is_whole_but_not_ended() {
        CutFixture fixture = new CutFixture(1, 30, "\n");
        byte[] body = fixture.body(0);
        assertThat(delivered(fixture, new StreamPosition(0), body, body.length - 1))
                .isEmpty();
        assertThat(delivered(fixture, new StreamPosition(0), body, body.length)).containsExactly(1L);
    }

    private void check(CutFixture fixture, IntStream cuts) {
        byte[] body = fixture.body(0);
        int[] ends = fixture.ends();
        List<Long> all = LongStream.rangeClosed(1, ends.length).boxed().toList();
        Set<Integer> resumed = new HashSet<>(); // the result after a cut depends only on the position
        cuts.forEach(cut -> {
            StreamPosition position = new StreamPosition(0);
            int whole = (int) Arrays.stream(ends).filter(end -> end <= cut).count();
            List<Long> first = delivered(fixture, position, body, cut);
            if (!first.equals(all.subList(0, whole)) || position.delivered() != whole) {
                fail("cut after byte %d of %s: %s, then at %d", cut, fixture, first, position.delivered());
            }
            if (resumed.add(whole)) {
                byte[] rest = fixture.body(position.delivered());
                assertThat(delivered(fixture, position, rest, rest.length))
                        .as("after the cut after byte %d", cut)
                        .isEqualTo(all.subList(whole, all.size()));
            }
        });
        assertThat(resumed).hasSize(ends.length + 1);
    }

    /** The delivered offsets if the connection ends after {@code length} bytes of a body. */
    private List<Long> delivered(CutFixture fixture, StreamPosition position, byte[] body, int length) {
        Response response = new Response.Builder()
                .request(REQUEST)
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(ResponseBody.create(new Buffer().write(body, 0, length), EVENT_STREAM, length))
                .build();
        Offsets offsets = new Offsets(fixture);
        ConnectionOutcome outcome = new StreamConnection(
                        StreamPath.of("/c"), offsets, position, CLIENT.newCall(REQUEST), () -> false, -1)
                .run(new ConnectionInfo("A", 3, Duration.ZERO), response);
        boolean again = outcome.next() == ConnectionOutcome.Next.RECONNECT // cut within a line
                || outcome.next() == ConnectionOutcome.Next.RECONNECT_AT_ONCE; // between lines
        if (!again || !(outcome.cause() instanceof StreamException cause) || !cause.isRetryable()) {
            fail("after %d bytes of %s: %s", length, fixture, outcome);
        }
        return offsets.seen;
    }

    /** Records the offsets of events, and checks that the events are equal to the sent ones. */
    private static final class Offsets implements Subscriber {
        private final CutFixture fixture;
        private final List<Long> seen = new ArrayList<>();

        Offsets(CutFixture fixture) {
            this.fixture = fixture;
        }

        @Override
        public void onEvent(Event event) {
            fixture.check(event);
            seen.add(event.offset());
        }

        @Override
        public void onCaughtUp(long watermark) {
            assertThat(watermark).isEqualTo(3);
        }

        @Override
        public void onDisconnected(Throwable cause) {
            throw new AssertionError(cause);
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
