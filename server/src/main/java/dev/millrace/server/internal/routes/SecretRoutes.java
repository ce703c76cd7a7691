package dev.millrace.server.internal.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.Operation;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.HttpExchange;
import dev.millrace.server.internal.http.RequestBodyReader;
import dev.millrace.server.security.SecretSummary;
import dev.millrace.server.security.Vault;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The routes for secrets of a project: create, list without values, delete. The token must allow {@code admin} in the
 * whole project. No answer or error repeats a value or a part of a body. Thread-safe.
 */
public final class SecretRoutes {
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_LISTED = 100;
    private static final int USUALLY_LISTED = 20;
    private static final Set<String> FIELDS = Set.of("name", "value", "description");

    private final Optional<Vault> vault;

    public SecretRoutes(Optional<Vault> vault) {
        this.vault = vault;
    }

    /** Stores {@code {name, value, description?}} and answers the secret without its value. */
    public void create(HttpExchange exchange) {
        Vault open = vault(exchange);
        RequestBodyReader.requirePlain(exchange.request());
        exchange.failWith(RequestBodyReader.read(exchange, first -> MOST_BYTES, body -> {
            exchange.json(200, JsonCodec.write(json(create(open, exchange.project(), body))));
            return CompletableFuture.completedFuture(null);
        }));
    }

    public void list(HttpExchange exchange) {
        Vault open = vault(exchange);
        int limit = number(exchange, "limit", 1, MOST_LISTED, USUALLY_LISTED);
        int offset = number(exchange, "offset", 0, Integer.MAX_VALUE, 0);
        List<SecretSummary> all = open.list(exchange.project());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode secrets = answer.putArray("secrets");
        all.stream().skip(offset).limit(limit).forEach(summary -> secrets.add(json(summary)));
        exchange.json(200, JsonCodec.write(answer.put("total", all.size())));
    }

    public void delete(HttpExchange exchange, String id) {
        boolean deleted = vault(exchange).delete(exchange.project(), id);
        ObjectNode answer =
                JsonNodeFactory.instance.objectNode().put("ok", true).put("id", id);
        exchange.json(200, JsonCodec.write(answer.put("deleted", deleted)));
    }

    private Vault vault(HttpExchange exchange) {
        exchange.authenticate().requireProject(Operation.ADMIN, "secrets");
        return vault.orElseThrow(
                () -> HttpErrorException.notFound("this server has no secrets, because its program did not call"
                        + " MillraceServer.Builder.vault(...); call it there ('millrace serve' always has a vault)"));
    }

    private static SecretSummary create(Vault vault, ProjectSlug project, byte[] body) {
        JsonNode json = parse(body);
        json.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw HttpErrorException.badRequest("body", "a secret has only the fields name, value and description");
            }
        });
        String name = text(json, "name");
        String value = text(json, "value");
        Optional<String> description = json.path("description").isMissingNode()
                        || json.path("description").isNull()
                ? Optional.empty()
                : Optional.of(text(json, "description"));
        try {
            return vault.create(project, name, value, description);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw HttpErrorException.badRequest(message.substring(0, message.indexOf(' ')), message);
        }
    }

    private static JsonNode parse(byte[] body) {
        JsonNode json;
        try {
            json = JsonCodec.parse(body);
        } catch (IllegalArgumentException e) {
            json = JsonNodeFactory.instance.nullNode(); // the parser's message may contain a part of the body
        }
        if (!json.isObject()) {
            throw HttpErrorException.badRequest("body", "the body must be a JSON object {name, value, description?}");
        }
        return json;
    }

    private static String text(JsonNode json, String field) {
        if (!json.path(field).isTextual()) {
            throw HttpErrorException.badRequest(field, field + " must be a string");
        }
        return json.path(field).textValue();
    }

    private static int number(HttpExchange exchange, String name, int least, int most, int otherwise) {
        Optional<String> given = exchange.query().one(name);
        if (given.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(given.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw HttpErrorException.badRequest(
                name, name + " must be an integer from " + least + " to " + most + ", got '" + given.get() + "'");
    }

    private static ObjectNode json(SecretSummary summary) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", summary.id()).put("name", summary.name());
        json.put("description", summary.description().orElse(null));
        json.put("createdAt", JsonCodec.time(summary.createdAt()));
        return json.put("updatedAt", JsonCodec.time(summary.updatedAt()));
    }
}
