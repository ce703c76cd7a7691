package dev.millrace.core.processor;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How a server finds a processor by name: implementations are listed in {@code META-INF/services} and loaded with {@link
 * java.util.ServiceLoader}. A stream gets the processor by the event {@code millrace/processor-attached {processor}}.
 */
public interface ProcessorProvider {
    /** The name in attach events; also the slug of what {@link #create} returns. Two providers of one name are an error. */
    String name();

    /** Whether every stream has it without an attach event. */
    default boolean everywhere() {
        return false;
    }

    /**
     * A processor for one stream.
     *
     * @param config the attach event's configuration, an object; empty when it has none
     * @param context what the server offers
     * @throws IllegalArgumentException when the configuration is wrong; the message says what to change
     */
    Processor<?> create(JsonNode config, HostContext context);
}
