package dev.millrace.testkit.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.engine.AppendedRecord;
import dev.millrace.engine.StreamEngine;
import dev.millrace.testkit.internal.event.EngineCalls;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One HTTP request to a {@link FaultServer}, with its response. */
final class FaultyExchange {
    private static final int LONGEST_HEAD = 64 * 1024;
    private static final String API = "/api/streams";
    private static final Pattern AFTER = Pattern.compile("(?:^|&)afterOffset=(\\d+)");

    private final Socket socket;
    private final String line;
    private final byte[] body;

    private FaultyExchange(Socket socket, String line, byte[] body) {
        this.socket = socket;
        this.line = line;
        this.body = body;
    }

    static FaultyExchange read(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0 || head.length() > LONGEST_HEAD) {
                throw new IOException("no request");
            }
            head.append((char) next);
        }
        String[] lines = head.toString().split("\r\n");
        int length = 0;
        for (String header : lines) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring(header.indexOf(':') + 1).strip());
            }
        }
        byte[] body = new byte[length];
        in.readFully(body);
        String[] words = lines[0].split(" ");
        return new FaultyExchange(socket, words[0] + " " + words[1], body);
    }

    String line() {
        return line;
    }

    /** Sends the response, as far as the fault allows, and returns after its end. */
    void serve(StreamEngine engine, Fault fault) throws IOException {
        FaultyResponse answer = new FaultyResponse(socket, fault);
        String target = line.substring(line.indexOf(' ') + 1);
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question + 1);
        try {
            answer(engine, fault, answer, path, query);
        } catch (IllegalArgumentException e) {
            refuse(answer, 400, "", e.getMessage());
        }
        if (answer.isOver() && !socket.isClosed()) {
            awaitEnd();
        }
    }

    private void answer(StreamEngine engine, Fault fault, FaultyResponse answer, String path, String query)
            throws IOException {
        if (fault.status != 0) {
            String wait = fault.retryAfter.isZero() ? "" : "Retry-After: " + fault.retryAfter.toSeconds() + "\r\n";
            refuse(answer, fault.status, wait, "refused by a fault of the test");
        } else if (!path.startsWith(API + "/") || path.startsWith(API + "/__")) {
            whole(answer, 404, "", "{\"error\":\"not_found\"}");
        } else if (line.startsWith("POST ")) {
            append(engine, StreamPath.of(path.substring(API.length())), answer);
        } else {
            tail(engine, StreamPath.of(path.substring(API.length())), query, answer, fault);
        }
    }

    private void append(StreamEngine engine, StreamPath path, FaultyResponse answer) throws IOException {
        JsonNode json = JsonCodec.parse(body);
        List<byte[]> inputs = new ArrayList<>();
        if (json.isArray()) {
            json.forEach(input -> inputs.add(JsonCodec.write(input)));
        } else {
            inputs.add(body);
        }
        try {
            List<AppendedRecord> stored = EngineCalls.await(engine.append(ProjectSlug.defaultProject(), path, inputs));
            ObjectNode said = JsonNodeFactory.instance.objectNode();
            if (json.isArray()) {
                stored.forEach(one ->
                        said.withArray("events").add(JsonCodec.parse(one.event().json())));
                stored.forEach(one -> said.withArray("replayed").add(one.replayed()));
                whole(answer, 200, "", JsonCodec.writeText(said));
            } else {
                said.set("event", JsonCodec.parse(stored.get(0).event().json()));
                String replay = stored.get(0).replayed() ? "Idempotent-Replayed: true\r\n" : "";
                whole(answer, 200, replay, JsonCodec.writeText(said));
            }
        } catch (StreamException refused) {
            refuse(answer, refused.code().status(), "", refused.getMessage());
        }
    }

    private void tail(StreamEngine engine, StreamPath path, String query, FaultyResponse answer, Fault fault)
            throws IOException {
        Matcher after = AFTER.matcher(query);
        long afterOffset = after.find() ? Long.parseLong(after.group(1)) : 0;
        FaultyTail sink = new FaultyTail(answer.begin(), fault);
        Subscription subscription = engine.tail(ProjectSlug.defaultProject(), path, afterOffset, sink);
        try {
            awaitEnd();
        } finally {
            subscription.close();
        }
    }

    /** Waits until the client or the server closes the connection. */
    private void awaitEnd() throws IOException {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private static void whole(FaultyResponse answer, int status, String headers, String body) throws IOException {
        answer.begin()
                .write("HTTP/1.1 " + status + " X\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + headers + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n"
                        + body);
    }

    private static void refuse(FaultyResponse answer, int status, String headers, @Nullable String message)
            throws IOException {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        error.put("defined", true).put("code", "FAULT").put("status", status).put("message", String.valueOf(message));
        whole(answer, status, headers, JsonCodec.writeText(error));
    }
}
