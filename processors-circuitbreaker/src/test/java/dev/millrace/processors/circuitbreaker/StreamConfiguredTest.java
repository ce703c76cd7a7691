package dev.millrace.processors.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.KnownEvents;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration of the breaker in the words of later versions of the service. */
class StreamConfiguredTest {
    private static final String TYPE = "events.iterate.com/stream/configured";
    private static final KnownEvents KNOWN = KnownEvents.of(List.of(new CircuitBreakerProvider()));

    private final BreakerLog log = new BreakerLog();

    private static List<String> problems(String payload) {
        return KNOWN.problems(TYPE, JsonCodec.parse(payload.replace('\'', '"')));
    }

    @Test
    void should_configure_as_the_event_of_the_breaker_does() {
        String breaker = "{\"burstCapacity\": 5, \"refillRatePerMinute\": 1, \"alternation\": {\"count\": 7}}";
        CircuitBreakerState own = new BreakerLog().configured(breaker).state();

        log.event(TYPE, "{\"config\": {\"circuitBreaker\": " + breaker + "}}");

        assertThat(log.state()).isEqualTo(own);
        assertThat(log.events(6, 0).trippedAt()).hasValue(7L);
    }

    @Test
    void should_replace_the_whole_earlier_configuration() {
        log.configured("{\"maxHops\": 3}").event(TYPE, "{\"config\": {\"circuitBreaker\": {}}}");

        assertThat(log.state()).isEqualTo(new BreakerLog().configured("{}").state());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"config\": {}}", "{\"config\": {\"retention\": {\"days\": 3}}, \"by\": \"ann\"}"})
    void should_change_nothing_without_a_configuration_of_the_breaker(String payload) {
        log.configured("{\"maxHops\": 3}").events(50, 0);
        CircuitBreakerState before = log.state();

        log.event(TYPE, payload);

        assertThat(log.state()).isSameAs(before);
        assertThat(problems(payload)).isEmpty();
    }

    @Test
    void should_ignore_fields_that_it_does_not_know() {
        String payload =
                "{'config':{'circuitBreaker':{'maxHops':3,'kind':'bucket','alternation':{'of':'types'}},'other':1}}";

        assertThat(problems(payload)).isEmpty();
        assertThat(log.event(TYPE, payload.replace('\'', '"')).state().rules().maxHops())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'config':5}|payload.config: expected an object, got 5",
                "{'config':{'circuitBreaker':[]}}|payload.config.circuitBreaker: expected an object, got []",
                "{'config':{'circuitBreaker':{'maxHops':0}}}|payload.config.circuitBreaker.maxHops: expected a positive"
                        + " integer, got 0",
                "{'config':{'circuitBreaker':{'burstCapacity':5}}}|payload.config.circuitBreaker: burstCapacity and"
                        + " refillRatePerMinute belong together; set both or neither",
                "{'config':{'circuitBreaker':{'alternation':{'count':-1}}}}|payload.config.circuitBreaker.alternation.count:"
                        + " expected an integer of 0 or more, got -1; 0 switches the rule off"
            })
    void should_name_the_field_and_the_problem(String payload, String problem) {
        assertThat(problems(payload)).containsExactly(problem);
    }

    @Test
    void should_take_control_in_every_spelling() {
        assertThat(EventType.of(StreamConfigured.class).spellings())
                .contains(TYPE)
                .allSatisfy(type -> assertThat(KNOWN.operation(type)).isEqualTo(Operation.CONTROL));
    }
}
