package dev.millrace.testkit.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An HTTP response that its fault can end. Thread-safe. */
final class FaultyResponse {
    private final Socket socket;
    private final OutputStream out;
    private final Fault fault;
    private long sent;
    private boolean over;

    FaultyResponse(Socket socket, Fault fault) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.fault = fault;
    }

    /** Ends the response now if its fault allows no byte. */
    synchronized FaultyResponse begin() throws IOException {
        write(new byte[0]);
        return this;
    }

    /** Whether the fault has ended the response; later writes are ignored. */
    synchronized boolean isOver() {
        return over;
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    void chunk(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n");
    }

    private synchronized void write(byte[] bytes) throws IOException {
        if (over) {
            return;
        }
        boolean endless = fault.end == Fault.End.NEVER;
        int allowed = endless ? bytes.length : (int) Math.min(bytes.length, fault.bytes - sent);
        for (int from = 0; from < allowed; ) {
            int length = Math.min(fault.mostBytesAtOnce, allowed - from);
            out.write(bytes, from, length);
            out.flush();
            from += length;
        }
        sent += allowed;
        if (!endless && sent >= fault.bytes) {
            over = true;
            end();
        }
    }

    private void end() throws IOException {
        switch (fault.end) {
            case CUT -> socket.close();
            case RESET -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case HALF_CLOSE -> socket.shutdownOutput();
            case STALL, NEVER -> {
                // the connection stays open
            }
        }
    }
}
