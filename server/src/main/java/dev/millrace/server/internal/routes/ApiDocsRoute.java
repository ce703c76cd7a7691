package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.KnownEvents;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.RootHandler;

/** The API reference of routes and event types: an OpenAPI document, and an HTML page that shows it. Immutable. */
public final class ApiDocsRoute {
    private final byte[] document;
    private final HtmlPage page = new HtmlPage("reference.html");

    public ApiDocsRoute(KnownEvents known) {
        ObjectNode json = (ObjectNode) JsonCodec.parse(HtmlPage.resource("openapi.json"));
        ((ObjectNode) json.required("info")).put("version", RootHandler.VERSION);
        new EventTypeDocs(known).addTo(json);
        document = JsonCodec.write(json);
    }

    public void document(HttpExchange exchange) {
        exchange.json(200, document);
    }

    public void page(HttpExchange exchange) {
        page.answer(exchange);
    }
}
