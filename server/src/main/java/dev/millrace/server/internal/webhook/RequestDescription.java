package dev.millrace.server.internal.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.server.internal.formats.RepeatedFields;
import dev.millrace.server.internal.formats.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/**
 * The field {@code request} of an invalid event: the method, the query, the headers and the body of the HTTP request
 * that brought it. Headers of one connection, {@code Cookie} and {@code Authorization} are left out. Secret values are
 * hashed by {@link SecretValues}. For one thread.
 */
final class RequestDescription {
    /** The bytes that the names and values of all headers and query parameters may have. */
    private static final int MOST_BYTES = 16 * 1024;

    private static final int LONGEST_CONTENT_TYPE = 1_000;
    private static final int MOST_CUT = 50;
    private static final int LONGEST_CUT = 100;
    private static final Set<String> LEFT_OUT = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "authorization",
            "cookie");

    private final ObjectNode query = JsonNodeFactory.instance.objectNode();
    private final ObjectNode headers = JsonNodeFactory.instance.objectNode();
    private final List<String> cut = new ArrayList<>();
    private final ReceivedRequest received;
    private final boolean lacksBody;
    private final String bodySha256;
    private int bytes = MOST_BYTES;

    private RequestDescription(ReceivedRequest received, boolean lacksBody) {
        this.received = received;
        this.lacksBody = lacksBody;
        this.bodySha256 = Sha256.hex(received.body());
    }

    /**
     * Describes a request.
     *
     * @param lacksBody whether the input does not show the bytes of the body
     */
    static RequestDescription of(ReceivedRequest received, boolean lacksBody) {
        RequestDescription description = new RequestDescription(received, lacksBody);
        description.addHeaders(received.headers());
        received.query()
                .forEach((name, values) -> values.forEach(value -> description.add(
                        description.query, "query." + name, name, SecretValues.shownInQuery(name, value))));
        return description;
    }

    /** The whole description as JSON. */
    byte[] json() {
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("method", received.method());
        request.set("query", query);
        request.set("headers", headers);
        String contentType = received.type().header();
        if (contentType != null && contentType.length() <= LONGEST_CONTENT_TYPE) {
            request.put("contentType", contentType);
        } else if (contentType != null) {
            cut.add(0, "contentType");
        }
        byte[] body = received.body();
        if (lacksBody && body.length <= received.most()) {
            request.put("bodyBase64", Base64.getEncoder().encodeToString(body));
        } else if (lacksBody) {
            cut.add(0, "bodyBase64");
        }
        request.put("bodySha256", bodySha256);
        if (!cut.isEmpty()) {
            ArrayNode names = request.putArray("cut");
            cut.stream().limit(MOST_CUT).forEach(names::add);
            if (cut.size() > MOST_CUT) {
                names.add("and " + (cut.size() - MOST_CUT) + " more");
            }
        }
        return JsonCodec.write(request);
    }

    /** The description for a further event of the same request, which repeats neither query nor headers. */
    byte[] jsonOfRepetition() {
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("method", received.method());
        request.putObject("query");
        request.putObject("headers");
        request.put("bodySha256", bodySha256);
        request.putArray("cut").add("query").add("headers");
        return JsonCodec.write(request);
    }

    private void addHeaders(HttpFields fields) {
        Set<String> ofConnection = new HashSet<>(LEFT_OUT);
        for (String names : fields.getValuesList("Connection")) {
            for (String name : names.split(",")) {
                ofConnection.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        for (HttpField field : fields) {
            String name = field.getLowerCaseName();
            if (!ofConnection.contains(name)) {
                String value = field.getValue() == null ? "" : field.getValue();
                String shown = received.signatures().contains(name)
                        ? SecretValues.hash(value)
                        : SecretValues.shownInHeader(name, value);
                add(headers, "headers." + name, name, shown);
            }
        }
    }

    private void add(ObjectNode to, String where, String name, String shown) {
        int size = name.getBytes(StandardCharsets.UTF_8).length + shown.getBytes(StandardCharsets.UTF_8).length;
        if (size > bytes) {
            cut.add(shortened(where));
            return;
        }
        bytes -= size;
        RepeatedFields.add(to, name, JsonNodeFactory.instance.textNode(shown));
    }

    private static String shortened(String where) {
        return where.codePointCount(0, where.length()) <= LONGEST_CUT
                ? where
                : where.substring(0, where.offsetByCodePoints(0, LONGEST_CUT)) + "...";
    }
}
