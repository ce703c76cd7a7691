package dev.millrace.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A request that a test answers itself, byte by byte if it wants. Its connection serves no other request. */
final class LiveRequest {
    final String target;
    final Map<String, String> headers = new HashMap<>();
    private final Socket socket;
    private final BufferedReader in;
    private final OutputStream out;

    LiveRequest(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        this.out = socket.getOutputStream();
        String requestLine = in.readLine();
        if (requestLine == null) {
            throw new IOException("no request");
        }
        this.target = requestLine.split(" ")[1];
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
    }

    static String tailHead(String... headers) {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n" + more + "\r\n";
    }

    static String chunk(String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return Integer.toHexString(length) + "\r\n" + text + "\r\n";
    }

    /** Begins a live response. */
    LiveRequest tail(String incarnation, long watermark) {
        return tail(incarnation, watermark, Sample.NOON);
    }

    LiveRequest tail(String incarnation, long watermark, Instant time) {
        return raw(tailHead(
                "Millrace-Incarnation: " + incarnation, "Millrace-Watermark: " + watermark, "Millrace-Time: " + time));
    }

    /** Sends a complete response with a body. */
    void answer(int status, String contentType, String body, String... headers) {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        raw("HTTP/1.1 " + status + " X\r\nConnection: close\r\nContent-Type: " + contentType + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n" + more + "\r\n" + body);
        cut();
    }

    LiveRequest send(String text) {
        return raw(chunk(text));
    }

    void end() {
        raw("0\r\n\r\n");
    }

    /** Closes the socket, also before the end of the response. */
    void cut() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LiveRequest raw(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    LiveRequest raw(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** True if the client closes its side within this time after its last byte. */
    boolean isClosedWithin(Duration time) throws IOException {
        socket.setSoTimeout((int) time.toMillis());
        try {
            int said;
            do {
                said = in.read();
            } while (said >= 0);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset, because unread bytes were waiting
        }
    }
}
