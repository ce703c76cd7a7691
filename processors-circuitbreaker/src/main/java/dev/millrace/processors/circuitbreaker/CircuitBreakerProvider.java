package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import java.util.List;

/**
 * The provider of the {@link CircuitBreaker}, which runs on every stream of a server.
 *
 * @since 0.1
 */
public final class CircuitBreakerProvider implements ProcessorProvider {
    private static final ProvidedEvent<CircuitBreakerConfigured> CONFIGURED = ProvidedEvent.of(
                    CircuitBreakerConfigured.class)
            .withOperation(Operation.CONTROL)
            .withRule(CircuitBreakerConfigured::problems);

    private static final ProvidedEvent<StreamConfigured> STREAM_CONFIGURED = ProvidedEvent.of(StreamConfigured.class)
            .ignoringUnknownFields()
            .withOperation(Operation.CONTROL)
            .withRule(StreamConfigured::problems);

    @Override
    public String name() {
        return CircuitBreaker.SLUG;
    }

    @Override
    public boolean everywhere() {
        return true;
    }

    @Override
    public List<ProvidedEvent<?>> events() {
        return List.of(CONFIGURED, STREAM_CONFIGURED);
    }

    /**
     * Creates a breaker.
     *
     * @param config the initial rules, in the fields of {@code circuit-breaker-configured}; empty for the defaults
     * @throws IllegalArgumentException if a field is unknown or invalid
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        List<String> problems = CONFIGURED.problems(config, PayloadCheck.NONE);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "configuration of the processor '" + CircuitBreaker.SLUG + "' is not valid: "
                            + String.join("; ", problems) + "; use the fields of circuit-breaker-configured");
        }
        return new CircuitBreaker(BreakerRules.of(JsonCodec.fromTree(config, CircuitBreakerConfigured.class)));
    }

    @Override
    public JsonNode stateSlice(JsonNode state) {
        return BreakerSlice.of(state);
    }
}
