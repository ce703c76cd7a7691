package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.processor.Processor;
import java.util.List;

/**
 * How a server finds a processor by name: implementations are listed in {@code META-INF/services} and loaded with {@link
 * java.util.ServiceLoader}. A stream gets the processor by the event {@code millrace/processor-attached {processor}}, by
 * the first event of one of its {@link #events()} that activates it, or because it runs {@link #everywhere()}.
 * Stateless, and safe for use by many threads.
 */
public interface ProcessorProvider {
    /** The name in attach events; also the slug of what {@link #create} returns. Two providers of one name are an error. */
    String name();

    /** Whether every stream has it without an attach event. */
    default boolean everywhere() {
        return false;
    }

    /**
     * The event types that this processor brings: how their payloads are checked, what a token must allow for them, and
     * whether the first one activates the processor on its stream. A stream without an activating event costs nothing.
     * Providers may bring the same type; all their checks apply then, and the strictest operation.
     *
     * @return the same on every call; none by default
     */
    default List<ProvidedEvent<?>> events() {
        return List.of();
    }

    /**
     * A processor for one stream.
     *
     * @param config the attach event's configuration, an object; empty when it has none
     * @param context what the host offers
     * @throws IllegalArgumentException when the configuration is wrong; the message says what to change
     */
    Processor<?> create(JsonNode config, HostContext context);
}
