package dev.millrace.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void should_have_the_middle_sample_as_median() {
        assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
        assertThat(Samples.of(7).median()).isEqualTo(7);
    }

    @Test
    void should_have_the_mean_of_the_two_middle_samples_as_median() {
        assertThat(Samples.of(9, 1, 5, 6).median()).isEqualTo(5.5);
    }

    @Test
    void should_have_the_lowest_and_the_highest_sample_as_spread() {
        Samples samples = Samples.of(9, 1, 5);
        assertThat(samples.min()).isEqualTo(1);
        assertThat(samples.max()).isEqualTo(9);
        assertThat(Figures.spread(samples)).isEqualTo("1.00 - 9.00");
    }

    @Test
    void should_divide_round_by_round() {
        Samples ratios = Samples.of(10, 20, 30).dividedBy(Samples.of(10, 40, 10));
        assertThat(ratios.min()).isEqualTo(0.5);
        assertThat(ratios.median()).isEqualTo(1);
        assertThat(ratios.max()).isEqualTo(3);
    }

    @Test
    void should_refuse_what_has_no_answer() {
        assertThatThrownBy(() -> new Samples().median()).hasMessage("no median: there is no sample");
        assertThatThrownBy(() -> Samples.of(1, 2).dividedBy(Samples.of(1)))
                .hasMessage("no ratio: 2 samples cannot be divided by 1");
    }

    @Test
    void should_write_figures_with_three_digits_or_more() {
        assertThat(Figures.text(52_871.4)).isEqualTo("52,871");
        assertThat(Figures.text(12.34)).isEqualTo("12.3");
        assertThat(Figures.text(0.333)).isEqualTo("0.33");
        assertThat(Figures.text(0.0123)).isEqualTo("0.0123");
        assertThat(Figures.text(0)).isEqualTo("0");
    }

    @Test
    void should_take_percentiles_by_the_nearest_rank() {
        long[] nanos = new long[100];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = (100 - i) * 1_000_000L;
        }
        Percentiles percentiles = new Percentiles(nanos);
        assertThat(percentiles.millis(50)).isEqualTo(50);
        assertThat(percentiles.millis(99)).isEqualTo(99);
        assertThat(percentiles.millis(100)).isEqualTo(100);
        assertThat(new Percentiles(new long[] {3_000_000}).millis(99)).isEqualTo(3);
        assertThatThrownBy(() -> new Percentiles(new long[0])).hasMessage("no percentile: there is no time");
    }
}
