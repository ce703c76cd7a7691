package dev.millrace.server.internal.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.QueryParameters;
import dev.millrace.server.internal.routes.ReadParameters.Default;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadParametersTest {
    @ParameterizedTest
    @CsvSource({
        "'',                                  true,  0, end",
        "afterOffset=start,                   true,  0, end",
        "afterOffset=7,                       true,  7, end",
        "afterOffset=end,                     true,  end, end",
        "afterOffset=9223372036854775807,     true,  9223372036854775806, end",
        "beforeOffset=99999999999999999999,   false, 0, 9223372036854775806",
        "beforeOffset=end,                    false, 0, end",
        "afterOffset=2&beforeOffset=5,        false, 2, 5",
        "beforeOffset=start,                  false, 0, 0",
        "after=2,                             true,  2, end",
        "after=2&before=9,                    false, 2, 9",
        "offset=2,                            false, 2, end",
        "offset=0,                            false, 0, end",
        "offset=2&live=true,                  true,  2, end",
        "live=false,                          false, 0, end",
        "live=true,                           true,  0, end",
        "types=a&caughtUp=true,               true,  0, end",
    })
    void should_read_every_generation(String query, boolean live, String after, String before) {
        ReadParameters parameters = read(query, null, Default.LIVE);

        assertThat(parameters.live()).isEqualTo(live);
        assertThat(parameters.after()).isEqualTo(cursor(after));
        assertThat(parameters.before()).isEqualTo(cursor(before));
    }

    @ParameterizedTest
    @CsvSource({
        "'', false",
        "limit=5, false",
        "order=desc, false",
        "types=a, false",
        "afterOffset=3, true",
        "after=3, true",
        "afterOffset=3&beforeOffset=end, false",
        "offset=3, false",
        "live=true, true",
    })
    void should_be_finite_on_a_short_url_unless_a_bound_asks_to_follow(String query, boolean live) {
        assertThat(read(query, null, Default.FINITE).live()).isEqualTo(live);
    }

    @Test
    void should_name_both_parameters_of_different_generations() {
        assertThatThrownBy(() -> read("afterOffset=1&live=true", null, Default.LIVE))
                .isInstanceOf(HttpErrorException.class)
                .hasMessageContaining("'afterOffset'")
                .hasMessageContaining("'live'");
        assertThatThrownBy(() -> read("before=1&beforeOffset=2", null, Default.LIVE))
                .isInstanceOf(HttpErrorException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "afterOffset=0",
                "afterOffset=",
                "afterOffset=-1",
                "afterOffset=1.5",
                "afterOffset=x",
                "afterOffset=1&afterOffset=2",
                "live=maybe",
                "caughtUp=x",
                "limit=0&beforeOffset=end",
                "limit=5",
                "order=desc",
                "order=up&beforeOffset=end",
                "types=",
                "nonsense=1",
                "afterOffset=%ff"
            })
    void should_refuse(String query) {
        assertThatThrownBy(() -> read(query, null, Default.LIVE))
                .isInstanceOfSatisfying(HttpErrorException.class, refusal -> {
                    assertThat(refusal.status()).isEqualTo(400);
                    assertThat(refusal.issues()).hasSize(1);
                });
    }

    @Test
    void should_let_the_last_event_id_win_over_the_query() {
        assertThat(read("afterOffset=2&beforeOffset=end", "5", Default.LIVE).after())
                .isEqualTo(new ReadBound(5));
        assertThat(read("", "0", Default.LIVE).after()).isEqualTo(ReadBound.START);
        assertThatThrownBy(() -> read("", "x", Default.LIVE)).hasMessageContaining("Last-Event-ID");
    }

    @Test
    void should_be_finite_where_the_form_has_an_end_and_refuse_to_be_live_there() {
        assertThat(read("afterOffset=2", null, Default.ALWAYS_FINITE).live()).isFalse();
        assertThatThrownBy(() -> read("live=true", null, Default.ALWAYS_FINITE)).hasMessageContaining("event-stream");
    }

    @Test
    void should_take_any_positive_number_for_a_limit() {
        assertThat(read("beforeOffset=end&limit=07", null, Default.LIVE).limit())
                .isEqualTo(7);
        assertThat(read("beforeOffset=end&limit=9223372036854775808", null, Default.LIVE)
                        .limit())
                .isEqualTo(Long.MAX_VALUE - 1);
    }

    @Test
    void should_collect_types_from_lists_and_repetitions() {
        assertThat(read("types=a,b&types=%20c", null, Default.LIVE).types()).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void should_resolve_bounds_against_the_watermark() {
        assertThat(ReadBound.END.after(7)).isEqualTo(7);
        assertThat(ReadBound.START.after(7)).isZero();
        assertThat(new ReadBound(9).after(7)).isEqualTo(9);
        assertThat(ReadBound.END.before(7)).isEqualTo(8);
        assertThat(new ReadBound(3).before(7)).isEqualTo(3);
        assertThat(new ReadBound(99).before(7)).isEqualTo(8);
    }

    private static ReadParameters read(String query, @Nullable String lastEventId, Default fallback) {
        return ReadParameters.read(QueryParameters.of(query), lastEventId, fallback);
    }

    private static ReadBound cursor(String text) {
        return text.equals("end") ? ReadBound.END : new ReadBound(Long.parseLong(text));
    }
}
