package dev.millrace.server.internal.routes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.server.internal.formats.EventEncoding;
import dev.millrace.server.internal.formats.Sha256;
import dev.millrace.server.internal.http.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;

/**
 * An HTML page in one file that loads no other file. Its content security policy allows only its own script and style,
 * by their hashes, so no content of a stream can run as code. Immutable.
 */
public final class HtmlPage {
    private final byte[] html;
    private final String policy;

    public HtmlPage(String name) {
        html = resource(name);
        policy = "default-src 'none'; connect-src 'self'; img-src data:; script-src " + hash("script") + "; style-src "
                + hash("style") + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** Answers with the page; its script finds the stream from the URL. */
    void answer(HttpExchange exchange) {
        exchange.response().getHeaders().put("Content-Security-Policy", policy);
        exchange.response().getHeaders().put("Referrer-Policy", "no-referrer");
        exchange.response().getHeaders().put("Cache-Control", "no-cache");
        exchange.body(200, EventEncoding.PAGE.contentType(), html);
    }

    /** Reads a resource beside this class. */
    public static byte[] resource(String name) {
        try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing beside " + HtmlPage.class.getName());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    private String hash(String element) {
        String text = new String(html, UTF_8);
        int start = text.indexOf('>', text.indexOf("<" + element)) + 1;
        int end = text.indexOf("</" + element + ">", start);
        byte[] digest = Sha256.hash(text.substring(start, end).getBytes(UTF_8));
        return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    }
}
