package dev.millrace.processors.circuitbreaker;

import static dev.millrace.core.BuiltInType.RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CausalChainTest {
    @Test
    void should_allow_64_hops_and_1000_reactions_and_trip_on_the_next() {
        BreakerLog log = new BreakerLog().caused(1_000, 64);
        assertThat(log.reason()).isEmpty();

        assertThat(log.caused(65, 65).reason())
                .hasValue("circuit breaker tripped: 65 hops between streams, at most 64 are allowed");
        assertThat(log.event(RESUMED, "{}").caused(1_001, 0).reason())
                .hasValue("circuit breaker tripped: 1001 reactions in a row, at most 1000 are allowed");
    }

    @Test
    void should_take_its_limits_from_the_configuration() {
        BreakerLog log = new BreakerLog().configured("""
                {"maxHops": 2, "maxDepth": 10}""").caused(10, 2);
        assertThat(log.reason()).isEmpty();

        assertThat(log.caused(10, 3).reason())
                .hasValue("circuit breaker tripped: 3 hops between streams, at most 2 are allowed");
    }

    @Test
    void should_trip_on_a_chain_of_chunks_although_they_weigh_nothing() {
        BreakerLog log = new BreakerLog().configured("""
                {"weights": {"noted": 0}}""").caused(65, 65);

        assertThat(log.reason()).isPresent();
    }

    @Test
    void should_ignore_provenance_that_is_not_well_formed() {
        BreakerLog log = new BreakerLog().event("noted", """
                {"millrace": {"depth": 5000, "hops": 5000}}""");

        assertThat(log.reason()).isEmpty();
    }

    @Test
    void should_ignore_the_length_of_a_chain_that_a_request_claims() {
        BreakerLog log = new BreakerLog().event("noted", """
                {"millrace": {"chain": {"depth": 5000, "hops": 5000}}}""").event("noted", """
                {"millrace": {"processor": "echo", "version": 1, "source": {"path": "/a", "offset": 1},
                "depth": 1, "hops": 0, "chain": {"depth": 5001, "hops": 5000}}}""");

        assertThat(log.reason()).isEmpty();
    }
}
