package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ReadRangeTest {
    @Test
    void should_read_everything_upwards_by_default() {
        ReadRange all = ReadRange.all();

        assertThat(all.afterOffset()).isZero();
        assertThat(all.beforeOffset()).isEmpty();
        assertThat(all.limit()).isEmpty();
        assertThat(all.types()).isEmpty();
        assertThat(all.descending()).isFalse();
        assertThat(ReadRange.after(7).afterOffset()).isEqualTo(7);
    }

    @Test
    void should_refuse_negative_bounds_and_an_empty_limit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReadRange.after(-1))
                .withMessageContaining("afterOffset");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReadRange.builder().beforeOffset(-1).build())
                .withMessageContaining("beforeOffset");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReadRange.builder().limit(0).build())
                .withMessageContaining("limit");
    }
}
