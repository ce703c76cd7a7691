package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.Set;

/**
 * How a server finds a processor by name: implementations are listed in {@code META-INF/services} and loaded with {@link
 * java.util.ServiceLoader}. A stream gets the processor by the event {@code millrace/processor-attached {processor}}, by
 * the first event of one of the types that {@link #activatedBy()} names, or because it runs {@link #everywhere()}.
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
     * The built-in types that mean something to this processor and to nothing else: the first event of one of them on a
     * stream brings the processor there, and acts as the first event it may act on. A stream without one costs nothing.
     */
    default Set<BuiltInType> activatedBy() {
        return Set.of();
    }

    /**
     * What is wrong with the payload of an event of one of the {@link #activatedBy()} types, beyond its schema: one line a
     * problem, which begins with the field. An event with problems is kept as {@code invalid-event-appended}. Pure, quick,
     * and called on the threads of callers.
     *
     * @param payload fits the schema of the type
     */
    default List<String> problems(BuiltInType type, JsonNode payload) {
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
