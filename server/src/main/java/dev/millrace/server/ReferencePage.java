package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;

/** The description of the routes: an OpenAPI document for programs, and a page made of it for people. Immutable. */
final class ReferencePage {
    private final byte[] document;
    private final Page page = new Page("reference.html");

    ReferencePage() {
        ObjectNode json = (ObjectNode) JsonCodec.parse(Page.resource("openapi.json"));
        ((ObjectNode) json.required("info")).put("version", FrontDoor.VERSION);
        document = JsonCodec.write(json);
    }

    void document(Exchange exchange) {
        exchange.json(200, document);
    }

    void page(Exchange exchange) {
        page.answer(exchange);
    }
}
