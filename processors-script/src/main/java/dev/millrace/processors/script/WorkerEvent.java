package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import dev.millrace.core.payload.Positive;
import java.util.Map;
import java.util.Optional;

/**
 * The events that configure the scripts of a stream. Immutable; do not change the JSON objects inside.
 *
 * @since 0.1
 */
public sealed interface WorkerEvent {
    /**
     * Adds a script, or replaces the one with the same slug. Has either {@code script} or {@code modules}.
     *
     * @param slug the name of the worker
     * @param script the source, if it is a single module
     * @param modules the sources of the modules, by name
     * @param compatibilityDate has no effect, but two configurations with different dates are different
     * @param compatibilityFlags as the date
     * @param outboundGateway the header that the gateway adds to requests
     * @param mayControl whether the script may append types that take more than {@code append}, up to {@code deploy};
     *     false by default
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/dynamic-worker/configured",
            aliases = "dynamic-worker-configured")
    record Configured(
            @NotBlank String slug,
            Optional<String> script,
            Optional<Map<String, String>> modules,
            Optional<String> compatibilityDate,
            Optional<JsonNode> compatibilityFlags,
            Optional<Gateway> outboundGateway,
            Optional<Boolean> mayControl)
            implements WorkerEvent {
        /** A worker with one module and without a gateway. */
        public Configured(String slug, String script) {
            this(
                    slug,
                    Optional.of(script),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public Optional<Header> gatewayHeader() {
            return outboundGateway
                    .flatMap(Gateway::props)
                    .flatMap(props -> props.secretHeaderName()
                            .flatMap(name -> props.secretHeaderValue().map(value -> new Header(name, value))));
        }
    }

    /**
     * The gateway for requests.
     *
     * @param entrypoint its name on the reference service; has no effect here
     * @param props the header to add to each request
     */
    record Gateway(Optional<String> entrypoint, Optional<Props> props) {}

    /** A header to add: both name and value, or neither. The value may contain a reference to a secret. */
    record Props(Optional<String> secretHeaderName, Optional<String> secretHeaderValue) {}

    /** An HTTP header. */
    record Header(String name, String value) {}

    /** Sets a variable of {@code process.env} for all scripts of the stream. */
    @EventName(
            value = "https://events.iterate.com/events/stream/dynamic-worker/env-var-set",
            aliases = "dynamic-worker-env-var-set")
    record EnvVarSet(@NotBlank String key, String value) implements WorkerEvent {}

    /** Removes the worker with this slug. */
    @EventName("millrace/dynamic-worker-removed")
    record Removed(@NotBlank String slug) implements WorkerEvent {}

    /**
     * Says that a worker waits because the server runs as many workers as it allows. Written at most once for each
     * configuration.
     *
     * @param slug the worker
     * @param configuredAt the offset of its configuration
     * @param limit the number of workers that run
     */
    @EventName("millrace/dynamic-worker-waiting")
    record Waiting(
            @NotBlank String slug,
            @Positive long configuredAt,
            @Positive int limit) implements WorkerEvent {}
}
