package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.KnownEvents;

/** The description of the routes and event types: an OpenAPI document for programs, and a page made of it for people. Immutable. */
final class ReferencePage {
    private final byte[] document;
    private final Page page = new Page("reference.html");

    ReferencePage(KnownEvents known) {
        ObjectNode json = (ObjectNode) JsonCodec.parse(Page.resource("openapi.json"));
        ((ObjectNode) json.required("info")).put("version", FrontDoor.VERSION);
        new EventPages(known).addTo(json);
        document = JsonCodec.write(json);
    }

    void document(Exchange exchange) {
        exchange.json(200, document);
    }

    void page(Exchange exchange) {
        page.answer(exchange);
    }
}
