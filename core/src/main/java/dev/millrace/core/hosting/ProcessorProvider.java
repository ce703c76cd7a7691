package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.Set;

/**
 * A provider of a processor that a server can run by name. List it in {@code META-INF/services}: the server loads it
 * with {@link java.util.ServiceLoader}. The processor runs on a stream after a {@code millrace/processor-attached
 * {processor}} event, after the first event of one of its {@link #events()} that activates it, or because it runs
 * {@link #everywhere()}. Safe for use by many threads.
 *
 * <p>A provider that holds something, such as a connection, is also {@link AutoCloseable}: a server closes it after its
 * processors have stopped. Others are stateless.
 *
 * @since 0.1
 */
public interface ProcessorProvider {
    /** The name in attach events and the slug of the processor. Two providers with the same name are an error. */
    String name();

    /**
     * Other names, such as older ones: an event that attaches or detaches one of them means this processor. None by
     * default. A name or alias of another provider is an error.
     */
    default Set<String> aliases() {
        return Set.of();
    }

    /** True if the processor runs on every stream, without an attach event. */
    default boolean everywhere() {
        return false;
    }

    /**
     * The event types of this processor: how their payloads are checked, which operation a token needs for them, and
     * whether the first one activates the processor on its stream. A stream without an activating event uses no
     * resources. If several providers bring the same type, all their checks apply, and the strictest operation.
     *
     * @return the same on every call; none by default
     */
    default List<ProvidedEvent<?>> events() {
        return List.of();
    }

    /**
     * Creates the processor for one stream.
     *
     * @param config the configuration in the attach event, an object; empty if it has none
     * @throws IllegalArgumentException if the configuration is wrong; the message says what to change
     */
    Processor<?> create(JsonNode config, HostContext context);

    /**
     * The state of the processor as the state of a stream shows it; the JSON of the state itself by default. A standard
     * processor shows the form that other services of the protocol have ({@link StateSlice}). Pure.
     *
     * @param state a state of the processor as JSON; belongs to this method
     */
    default JsonNode stateSlice(JsonNode state) {
        return state;
    }
}
