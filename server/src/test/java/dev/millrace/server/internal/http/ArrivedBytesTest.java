package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrivedBytesTest {
    private final ArrivedBytes body = new ArrivedBytes();

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    @Test
    void should_join_the_parts_in_order() {
        body.add(bytes(1, 2));
        body.add(bytes(3));

        assertThat(body.complete()).isTrue();
        assertThat(body.join()).containsExactly(1, 2, 3);
    }

    @Test
    void should_not_drop_what_is_complete() {
        body.add(bytes(1, 2));
        assertThat(body.complete()).isTrue();

        assertThat(body.drop()).isEmpty();

        assertThat(body.join()).containsExactly(1, 2);
    }

    @Test
    void should_not_complete_what_was_dropped() {
        body.add(bytes(1, 2));

        assertThat(body.drop()).hasValue(2);

        body.add(bytes(3));
        assertThat(body.complete()).isFalse();
        assertThat(body.isDropped()).isTrue();
        assertThat(body.drop()).isEmpty();
    }

    @Test
    void should_join_parts_of_any_size() {
        Random random = new Random(7);
        byte[] whole = new byte[100_000];
        random.nextBytes(whole);
        for (int at = 0; at < whole.length; ) {
            int end = Math.min(whole.length, at + random.nextInt(random.nextBoolean() ? 3 : 9_000));
            body.add(ByteBuffer.wrap(Arrays.copyOfRange(whole, at, end)));
            at = end;
        }

        assertThat(body.size()).isEqualTo(whole.length);
        assertThat(body.complete()).isTrue();
        assertThat(body.join()).isEqualTo(whole);
    }
}
