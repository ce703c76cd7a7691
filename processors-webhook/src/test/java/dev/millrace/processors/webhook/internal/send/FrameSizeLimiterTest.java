package dev.millrace.processors.webhook.internal.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import okio.Buffer;
import okio.ByteString;
import okio.ForwardingSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frames as bytes: {@code 81} is a text, {@code 01} the first and {@code 00} a middle part of one, {@code 89} a ping.
 */
class FrameSizeLimiterTest {
    private static final int LIMIT = 1000;

    private final Buffer wire = new Buffer();
    private final Buffer got = new Buffer();
    private int refusals;

    private FrameSizeLimiterTest frame(int first, int length) {
        wire.writeByte(first);
        if (length < 126) {
            wire.writeByte(length);
        } else {
            wire.writeByte(126).writeShort(length);
        }
        wire.write(new byte[length]);
        return this;
    }

    /** Reads to the end, at most this number of bytes at once. */
    private void readAll(long atOnce) throws IOException {
        try (FrameSizeLimiter frames = new FrameSizeLimiter(
                new ForwardingSource(wire) {
                    @Override
                    public long read(Buffer sink, long byteCount) throws IOException {
                        return super.read(sink, Math.min(byteCount, atOnce));
                    }
                },
                LIMIT,
                () -> refusals++)) {
            while (frames.read(got, Long.MAX_VALUE) != -1) {
                assertThat(refusals).isLessThanOrEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 7, 100_000})
    void should_let_messages_of_the_longest_kind_and_control_frames_through(long atOnce) throws IOException {
        frame(0x81, LIMIT).frame(0x82, LIMIT).frame(0x81, 0);
        frame(0x01, 600).frame(0x89, 125).frame(0x00, 399).frame(0x00, 0).frame(0x80, 1);
        frame(0x81, LIMIT);
        ByteString all = wire.snapshot();

        readAll(atOnce);

        assertThat(refusals).isZero();
        assertThat(got.readByteString()).isEqualTo(all);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 7})
    void should_stop_at_the_header_of_a_frame_that_is_too_long(long atOnce) throws IOException {
        frame(0x81, 5);
        long good = wire.size();
        wire.writeByte(0x81).writeByte(127).writeLong(1L << 40).write(new byte[50_000]);

        readAll(atOnce);

        assertThat(refusals).isEqualTo(1);
        assertThat(got.size()).isBetween(good + 10, good + 10 + atOnce);
    }

    @Test
    void should_count_the_fragments_of_a_message_together() throws IOException {
        frame(0x01, 600).frame(0x89, 125).frame(0x00, 400);
        long good = wire.size();
        frame(0x00, 1).frame(0x81, 5);

        readAll(1);

        assertThat(refusals).isEqualTo(1);
        assertThat(got.size()).isEqualTo(good + 2);
    }

    @Test
    void should_refuse_a_length_that_is_no_number() throws IOException {
        wire.writeByte(0x8a).writeByte(127).writeLong(-1).write(new byte[100]);

        readAll(4);

        assertThat(refusals).isEqualTo(1);
    }
}
