package dev.millrace.processors.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.KnownEvents;
import dev.millrace.engine.StreamEngine;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CircuitBreakerProviderTest {
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final HostContext host =
            HostContext.over(engine.streams(ProjectSlug.defaultProject())).build();

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void should_be_found_by_the_service_loader_and_run_everywhere() {
        assertThat(ServiceLoader.load(ProcessorProvider.class))
                .singleElement()
                .satisfies(provider -> assertThat(provider).isInstanceOf(CircuitBreakerProvider.class))
                .satisfies(provider -> assertThat(provider.name()).isEqualTo("circuit-breaker"))
                .satisfies(provider -> assertThat(provider.everywhere()).isTrue());
    }

    @Test
    void should_create_a_breaker_with_the_slug_of_its_name() {
        assertThat(new CircuitBreakerProvider()
                        .create(JsonCodec.parse("{}"), host)
                        .slug())
                .isEqualTo("circuit-breaker");
    }

    @Test
    void should_begin_with_the_rules_it_is_attached_with() {
        CircuitBreaker breaker =
                (CircuitBreaker) new CircuitBreakerProvider().create(JsonCodec.parse("{\"maxHops\": 3}"), host);

        assertThat(breaker.initialState().rules().maxHops()).isEqualTo(3);
    }

    @Test
    void should_say_what_is_wrong_with_a_configuration() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CircuitBreakerProvider().create(JsonCodec.parse("{\"burstCapacity\": 3}"), host))
                .withMessage("configuration of the processor 'circuit-breaker' is not valid: payload: burstCapacity and"
                        + " refillRatePerMinute belong together; set both or neither; use the fields of"
                        + " circuit-breaker-configured");
    }

    private static List<String> problems(String payload) {
        return KnownEvents.of(List.of(new CircuitBreakerProvider()))
                .problems(
                        "events.iterate.com/core/circuit-breaker-configured",
                        JsonCodec.parse(payload.replace('\'', '"')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'enabled':false,'burstCapacity':5,'refillRatePerMinute':1,'weights':{'a':0,'b':1.5},'maxHops':64,"
                        + "'maxDepth':1000,'repetition':{'count':3},'alternation':{'count':0,'seconds':1}}",
                "{'alternation':{}}",
                "{'alternation':{'count':2000}}",
                "{'alternation':{'seconds':2147483647}}"
            })
    void should_accept_a_configuration_that_fits(String payload) {
        assertThat(problems(payload)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'enabled':'yes'}|payload.enabled: expected true or false, got 'yes'",
                "{'maxHops':0}|payload.maxHops: expected a positive integer, got 0",
                "{'maxHops':1.5}|payload.maxHops: expected a positive integer, got 1.5",
                "{'maxHops':2147483648}|payload.maxHops: expected a positive integer, got 2147483648",
                "{'maxHops':18446744073709551617}|payload.maxHops: expected a positive integer, got 18446744073709551617",
                "{'weights':{'a':-1}}|payload.weights: expected an object of numbers of 0 or more, got -1.0 for 'a'",
                "{'weights':[1]}|payload.weights: expected an object, got [1]",
                "{'repetition':{'count':0}}|payload.repetition.count: expected a positive integer, got 0",
                "{'repetition':{'count':2,'x':1}}|payload.repetition.x: unknown field",
                "{'repetition':{}}|payload.repetition.count: expected a positive integer, got nothing",
                "{'alternation':{'count':-1}}|payload.alternation.count: expected an integer of 0 or more, got -1; 0 switches"
                        + " the rule off",
                "{'alternation':{'count':1.5}}|payload.alternation.count: expected an integer, got 1.5",
                "{'alternation':{'seconds':0}}|payload.alternation.seconds: expected a positive integer, got 0",
                "{'alternation':{'seconds':'yes'}}|payload.alternation.seconds: expected a positive integer, got 'yes'",
                "{'alternation':{'times':1}}|payload.alternation.times: unknown field",
                "{'alternation':500}|payload.alternation: expected an object, got 500",
                "{'more':1}|payload.more: unknown field"
            })
    void should_name_the_field_and_the_problem(String payload, String problem) {
        assertThat(problems(payload)).containsExactly(problem.replace("'yes'", "\"yes\""));
    }

    @Test
    void should_require_both_numbers_of_the_bucket_or_neither() {
        assertThat(problems("{'burstCapacity':5}"))
                .containsExactly("payload: burstCapacity and refillRatePerMinute belong together; set both or neither");
    }

    @Test
    void should_require_control_and_run_on_every_stream() {
        assertThat(new CircuitBreakerProvider().events()).hasSize(2).allSatisfy(event -> {
            assertThat(event.operation()).isEqualTo(Operation.CONTROL);
            assertThat(event.isActivating()).isFalse();
        });
    }
}
