package dev.millrace.acceptance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A request as bytes, on a socket of its own. Its body can be shared by many requests. Immutable. */
final class HostileRequest {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int ANSWER_MILLIS = 120_000;
    private static final int STATUS_BEGIN = "HTTP/1.1 ".length();
    private static final int STATUS_END = STATUS_BEGIN + 3;

    private final byte[] head;
    private final byte[] body;

    private HostileRequest(String head, byte[] body) {
        this.head = head.getBytes(StandardCharsets.US_ASCII);
        this.body = body;
    }

    /** A request without a body. Each of the headers ends with CR LF. */
    static HostileRequest of(String method, String target, String headers) {
        return new HostileRequest(
                method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n",
                new byte[0]);
    }

    /** A POST with this body. */
    static HostileRequest post(String target, String contentType, byte[] body) {
        return new HostileRequest(
                "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: " + contentType
                        + "\r\nContent-Length: " + body.length + "\r\n\r\n",
                body);
    }

    /** Sends the request and reads the answer to its end. Returns the status, or {@code cut} if there is none. */
    String exchange(URI server) throws IOException {
        try (Socket socket = connect(server)) {
            try {
                socket.getOutputStream().write(head);
                socket.getOutputStream().write(body);
            } catch (IOException refused) {
                // a server may answer before it has read the whole body
            }
            return status(socket.getInputStream());
        }
    }

    /** Sends the request without the last byte of its body. Returns the open connection. */
    Socket holdBack(URI server) throws IOException {
        Socket socket = connect(server);
        socket.getOutputStream().write(head);
        socket.getOutputStream().write(body, 0, body.length - 1);
        return socket;
    }

    /** Sends the head, and then a byte of the body in each period. Returns how long the server let it go on. */
    String drip(URI server, long periodMillis) throws IOException {
        long begin = System.nanoTime();
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(head);
            for (byte each : body) {
                socket.getOutputStream().write(each);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(periodMillis));
            }
            return status(socket.getInputStream());
        } catch (IOException ended) {
            return "ended after " + (System.nanoTime() - begin) / 10_000_000_000L + "0 s";
        }
    }

    private static Socket connect(URI server) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), CONNECT_MILLIS);
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    /** Reads an answer to its end. Returns the status, or {@code cut} if there is none. */
    static String status(InputStream in) {
        ByteArrayOutputStream begin = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                begin.write(buffer, 0, Math.min(read, Math.max(0, STATUS_END - begin.size())));
            }
        } catch (IOException cut) {
            // the bytes before it count
        }
        return begin.size() < STATUS_END
                ? "cut"
                : begin.toString(StandardCharsets.US_ASCII).substring(STATUS_BEGIN, STATUS_END);
    }
}
