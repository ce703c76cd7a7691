package dev.millrace.scriptedmodel;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sends one reply to one client, with the pauses and cuts that the reply defines. */
final class ReplySender {
    private static final String DELTA = "event: response.output_text.delta\n";
    private static final String CHAT_DELTA = "\"delta\":{\"content\":";
    private static final String ANTHROPIC_DELTA = "\"delta\":{\"type\":\"text_delta\"";

    private final HttpExchange exchange;
    private final ReplyGate gate;
    private final ModelReply.Delivery delivery;
    private final ModelReply reply;
    private long sent;
    private int deltas;
    private boolean held;

    ReplySender(HttpExchange exchange, ReplyGate gate, ModelReply reply) {
        this.exchange = exchange;
        this.gate = gate;
        this.reply = reply;
        this.delivery = reply.delivery();
    }

    void send(List<String> pieces) throws IOException, InterruptedException {
        if (delivery.silent()) {
            gate.hold();
        }
        if (!gate.pass(delivery.latency())) {
            return;
        }
        // OpenAI and Anthropic have different names for it.
        exchange.getResponseHeaders().set("x-request-id", "req_scripted");
        exchange.getResponseHeaders().set("request-id", "req_scripted");
        reply.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        exchange.sendResponseHeaders(reply.status(), 0);
        OutputStream out = exchange.getResponseBody();
        for (String piece : pieces) {
            boolean delta = piece.startsWith(DELTA) || piece.contains(CHAT_DELTA) || piece.contains(ANTHROPIC_DELTA);
            if (!held && deltas == delivery.holdAfterDeltas() && (delta || deltas > 0)) {
                held = true;
                gate.hold();
            }
            deltas += delta ? 1 : 0;
            if (!write(out, piece.getBytes(StandardCharsets.UTF_8)) || !gate.pass(delivery.pace())) {
                break;
            }
        }
        if (delivery.cut()) {
            // If the handler throws, the server closes the connection without the last chunk.
            throw new IOException("cut off after " + sent + " bytes, as the script requires");
        }
        out.close();
    }

    private boolean write(OutputStream out, byte[] bytes) throws IOException {
        long allowed = delivery.stopAfterBytes() < 0 ? bytes.length : delivery.stopAfterBytes() - sent;
        int length = (int) Math.min(bytes.length, allowed);
        int from = 0;
        while (from < length) {
            int piece = Math.min(delivery.bytesAtOnce(), length - from);
            out.write(bytes, from, piece);
            out.flush();
            from += piece;
        }
        sent += length;
        return delivery.stopAfterBytes() < 0 || sent < delivery.stopAfterBytes();
    }
}
