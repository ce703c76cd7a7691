package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventType;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.engine.KnownEvents;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;

/** The part of the API reference about event types: built-in types and those of the hosted processors. */
final class EventTypeDocs {
    private static final String SCHEMAS = "event.";

    private final KnownEvents known;
    private final ArrayNode events = JsonNodeFactory.instance.arrayNode();
    private final ObjectNode schemas = JsonNodeFactory.instance.objectNode();

    EventTypeDocs(KnownEvents known) {
        this.known = known;
        for (BuiltInType type : BuiltInType.values()) {
            describe(type.eventType(), EventTypeDocs.class.getClassLoader());
        }
        for (KnownEvents.Registration registration : known.registrations()) {
            ProvidedEvent<?> event = registration.event();
            ObjectNode described =
                    describe(event.type(), event.payload().getClassLoader()).put("activates", event.isActivating());
            described.put("processor", registration.provider().name());
            event.schema().ifPresent(schema -> {
                String name = SCHEMAS + ProvidedEvent.pageOf(event.type()).replaceFirst(".*/(.*)\\.md", "$1");
                schemas.set(name, schema);
                described.putObject("schema").put("$ref", "#/components/schemas/" + name);
            });
        }
    }

    /** Adds the event types, and the schemas that their providers gave, to an OpenAPI document. */
    void addTo(ObjectNode document) {
        document.set("x-millrace-events", events);
        ((ObjectNode) document.required("components").required("schemas")).setAll(schemas);
    }

    private ObjectNode describe(EventType type, ClassLoader loader) {
        ObjectNode described = events.addObject()
                .put("type", type.name())
                .put("operation", known.operation(type.name()).word());
        page(type, loader).ifPresent(page -> described.put("page", page));
        return described;
    }

    /** Several jars may have a page with this name; the heading of the page names the event type. */
    private static Optional<String> page(EventType type, ClassLoader loader) {
        String name = ProvidedEvent.pageOf(type);
        try {
            for (URL url : Collections.list(loader.getResources(name))) {
                String text = read(url);
                if (text.startsWith("# `" + type + "`")) {
                    return Optional.of(text);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the page " + name + " of event type '" + type + "': " + e, e);
        }
    }

    /** Reads without a cache: a cache would keep the jar open after its class loader is closed. */
    private static String read(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
