package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("jdk")
class PurityExtensionTest {
    private static ProcessorFixture<History> impure() {
        return ProcessorFixture.of(new ImpureCalls.OnceInABlueMoon()).when(new Note("a"));
    }

    @Test
    void should_put_the_check_off_to_the_end_of_the_test() {
        FixtureWatch.begin(true);
        impure().thenState(state -> assertThat(state.history()).isEmpty());

        List<AssertionError> problems = FixtureWatch.end(false);

        assertThat(problems)
                .singleElement()
                .satisfies(problem -> assertThat(problem).hasMessageContaining("java.time.Instant.now()"));
    }

    @Test
    void should_check_every_fixture_and_play_the_ones_that_were_not() {
        FixtureWatch.begin(true);
        impure();
        ProcessorFixture.of(new PureLab.Sums()).when(new Note("a"));
        impure().thenNothingAppended();

        assertThat(FixtureWatch.end(false)).hasSize(2);
    }

    @Test
    void should_not_play_what_a_failed_test_did_not_come_to() {
        FixtureWatch.begin(true);
        impure();

        assertThat(FixtureWatch.end(true)).isEmpty();
    }

    @Test
    void should_check_nothing_when_told_so() {
        FixtureWatch.begin(false);
        impure().thenNothingAppended();

        assertThat(FixtureWatch.end(false)).isEmpty();
    }

    @Test
    void should_leave_fixtures_to_themselves_when_nobody_watches() {
        assertThat(FixtureWatch.takesCareOf(impure())).isFalse();
        assertThat(FixtureWatch.end(false)).isEmpty();
    }

    @ExtendWith(PurityExtension.class)
    @Test
    void should_come_with_the_extension() {
        ProcessorFixture<Totals> fixture = ProcessorFixture.of(new Counting()).when(new Note("a"));

        assertThat(FixtureWatch.takesCareOf(fixture)).isTrue();
        fixture.thenState(totals -> assertThat(totals.count()).isPositive());
    }

    @WithoutPurityCheck("what this one does is what another test is about")
    @Test
    void should_be_turned_off_by_an_annotation_that_says_why() {
        impure().thenState(state -> assertThat(state.history()).isEmpty());
    }

    record Totals(long count) {}

    static final class Counting extends LabProcessor<Totals> {
        @Override
        public Totals initialState() {
            return new Totals(0);
        }

        @Override
        public Totals reduce(Totals state, dev.millrace.core.Event event) {
            return new Totals(state.count() + 1);
        }
    }
}
