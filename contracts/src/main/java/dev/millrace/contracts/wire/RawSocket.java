package dev.millrace.contracts.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A client that sends exactly the given bytes, and reads only on request.
 *
 * @since 0.1
 */
public final class RawSocket implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket = new Socket();

    public RawSocket(URI server) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), PATIENCE_MILLIS);
    }

    public RawSocket send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawSocket send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads until the text has arrived or the peer has ended; returns it all. Bytes after the text may be lost. */
    public String readUntil(String text) throws IOException {
        StringBuilder read = new StringBuilder();
        byte[] buffer = new byte[8192];
        int searched = 0;
        while (read.indexOf(text, searched) < 0) {
            searched = Math.max(0, read.length() - text.length());
            int n = read(buffer);
            if (n < 0) {
                break;
            }
            read.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
        }
        return read.toString();
    }

    /** Reads until the peer ends or breaks the connection, and returns everything read. */
    public String readToTheEnd() throws IOException {
        StringBuilder read = new StringBuilder();
        byte[] buffer = new byte[8192];
        try {
            for (int n = read(buffer); n >= 0; n = read(buffer)) {
                read.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException reset) {
            read.append("<reset>");
        }
        return read.toString();
    }

    /** Reads until the peer ends or breaks the connection, and keeps nothing. */
    public void discard() throws IOException {
        byte[] buffer = new byte[65_536];
        try {
            while (read(buffer) >= 0) {
                // not kept: many answers at once would fill the heap of the test
            }
        } catch (SocketException reset) {
            // the end
        }
    }

    private int read(byte[] buffer) throws IOException {
        return socket.getInputStream().read(buffer);
    }

    /** Closes the connection with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
