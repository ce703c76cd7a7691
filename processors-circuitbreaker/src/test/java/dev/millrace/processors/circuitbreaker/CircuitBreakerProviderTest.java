package dev.millrace.processors.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
                        + " refillRatePerMinute go together, both or neither; use the fields of"
                        + " circuit-breaker-configured");
    }
}
