package dev.millrace.processors.agent.model;

import java.util.Optional;

/**
 * Where a response came from. Opaque data of a provider is valid only there.
 *
 * @param provider the name of the provider
 * @param baseUrl the address of the service; empty in logs of earlier versions, which did not store it
 * @param model the requested model
 * @param wire the protocol, one of {@link Model#wires()}; empty if the model has none with a name, and in logs of earlier
 *     versions
 * @since 0.1
 */
public record Origin(String provider, Optional<String> baseUrl, String model, Optional<String> wire) {
    /** The provider that had another wire before wires were stored. */
    private static final String WITH_WIRES = "openai";

    private static final String FIRST_WIRE = "responses";

    /** Whether a response came from where a prompt goes; an unknown address counts as the same. */
    public boolean is(Model asked, Prompt prompt) {
        return provider.equals(asked.provider())
                && model.equals(prompt.model())
                && baseUrl.filter(url -> !url.equals(asked.baseUrl())).isEmpty()
                && isOnWire(prompt.wire().or(() -> asked.wires().stream().findFirst()));
    }

    private boolean isOnWire(Optional<String> asked) {
        return wire.isPresent()
                ? wire.equals(asked)
                : !provider.equals(WITH_WIRES) || asked.orElse(FIRST_WIRE).equals(FIRST_WIRE);
    }
}
