package dev.millrace.processors.circuitbreaker;

import dev.millrace.core.EventName;
import dev.millrace.core.hosting.PayloadCheck;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of a stream, as later versions of {@code events.iterate.com} write it. Only the configuration of
 * the circuit breaker has an effect: the one of {@link CircuitBreakerConfigured}.
 *
 * @param config the parts of the configuration; parts without a meaning here are ignored
 */
@EventName("https://events.iterate.com/events/stream/configured")
record StreamConfigured(Optional<Config> config) {
    /**
     * The parts of a configuration.
     *
     * @param circuitBreaker the limits of the circuit breaker; without it the event changes nothing
     */
    record Config(Optional<CircuitBreakerConfigured> circuitBreaker) {}

    Optional<CircuitBreakerConfigured> circuitBreaker() {
        return config.flatMap(Config::circuitBreaker);
    }

    static List<String> problems(StreamConfigured configured, PayloadCheck host) {
        return configured
                .circuitBreaker()
                .map(breaker -> CircuitBreakerConfigured.problems(breaker, host))
                .orElse(List.of())
                .stream()
                .map(problem -> problem.replaceFirst("^payload", "payload.config.circuitBreaker"))
                .toList();
    }
}
