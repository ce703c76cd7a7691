package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import java.util.Map;
import java.util.Optional;

/** The events that say which scripts run on a stream. Immutable; the JSON inside is to be treated as read-only. */
public sealed interface WorkerEvent {
    /**
     * A script, inserted or replaced by slug.
     *
     * @param slug the worker
     * @param script the one module it consists of; or
     * @param modules its modules by name
     * @param compatibilityDate means nothing here; part of what makes two configurations different
     * @param compatibilityFlags as the date
     * @param outboundGateway what the gateway adds to requests
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
            Optional<Gateway> outboundGateway)
            implements WorkerEvent {
        /** A worker of one module without a gateway. */
        public Configured(String slug, String script) {
            this(slug, Optional.of(script), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }

        public Optional<Header> gatewayHeader() {
            return outboundGateway
                    .flatMap(Gateway::props)
                    .flatMap(props -> props.secretHeaderName()
                            .flatMap(name -> props.secretHeaderValue().map(value -> new Header(name, value))));
        }
    }

    /**
     * The gateway.
     *
     * @param entrypoint its name on the reference service
     * @param props a header to add
     */
    record Gateway(Optional<String> entrypoint, Optional<Props> props) {}

    /**
     * A header to add; both or neither.
     *
     * @param secretHeaderName its name
     * @param secretHeaderValue its value, which may refer to a secret
     */
    record Props(Optional<String> secretHeaderName, Optional<String> secretHeaderValue) {}

    /**
     * A header.
     *
     * @param name its name
     * @param value its value
     */
    record Header(String name, String value) {}

    /**
     * A variable that all scripts of the stream see.
     *
     * @param key its name
     * @param value its value
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/dynamic-worker/env-var-set",
            aliases = "dynamic-worker-env-var-set")
    record EnvVarSet(@NotBlank String key, String value) implements WorkerEvent {}

    /**
     * The end of a worker.
     *
     * @param slug the worker
     */
    @EventName("millrace/dynamic-worker-removed")
    record Removed(@NotBlank String slug) implements WorkerEvent {}
}
