package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArrivedBytesTest {
    private final ArrivedBytes body = new ArrivedBytes();

    @Test
    void should_join_the_parts_in_order() {
        body.add(new byte[] {1, 2});
        body.add(new byte[] {3});

        assertThat(body.complete()).isTrue();
        assertThat(body.join()).containsExactly(1, 2, 3);
    }

    @Test
    void should_not_drop_what_is_complete() {
        body.add(new byte[] {1, 2});
        assertThat(body.complete()).isTrue();

        assertThat(body.drop()).isEmpty();

        assertThat(body.join()).containsExactly(1, 2);
    }

    @Test
    void should_not_complete_what_was_dropped() {
        body.add(new byte[] {1, 2});

        assertThat(body.drop()).hasValue(2);

        body.add(new byte[] {3});
        assertThat(body.complete()).isFalse();
        assertThat(body.isDropped()).isTrue();
        assertThat(body.drop()).isEmpty();
    }
}
