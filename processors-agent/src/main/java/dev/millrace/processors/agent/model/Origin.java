package dev.millrace.processors.agent.model;

import java.util.Optional;

/**
 * Where a response came from. Opaque data of a provider is valid only there.
 *
 * @param provider the name of the provider
 * @param baseUrl the address of the service; empty in logs of earlier versions, which did not store it
 * @param model the requested model
 * @since 0.1
 */
public record Origin(String provider, Optional<String> baseUrl, String model) {
    /** Whether a response came from this model at this address; an unknown address counts as the same. */
    public boolean is(Model asked, String askedModel) {
        return provider.equals(asked.provider())
                && model.equals(askedModel)
                && baseUrl.filter(url -> !url.equals(asked.baseUrl())).isEmpty();
    }
}
