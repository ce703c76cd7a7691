package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventType;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer that completes the handshake and then reads nothing. */
class StalledPeerTest {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final ServerSocket server = listen();
    private final Stage stage = Stage.inMemory().setting("webhook.timeout", "300ms");

    private ServerSocket listen() {
        try {
            ServerSocket listening = new ServerSocket();
            listening.setReceiveBufferSize(8 * 1024);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread thread = new Thread(() -> accept(listening), "stalled-peer");
            thread.setDaemon(true);
            thread.start();
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket listening) {
        try {
            while (true) {
                Socket socket = listening.accept();
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII), 1);
                String key = "";
                for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                    if (line.startsWith("Sec-WebSocket-Key: ")) {
                        key = line.substring(19);
                    }
                }
                socket.getOutputStream().write(handshake(key).getBytes(StandardCharsets.US_ASCII));
                connections.add(socket);
            }
        } catch (IOException | GeneralSecurityException closed) {
            return; // the test is over
        }
    }

    private static String handshake(String key) throws GeneralSecurityException {
        byte[] hash =
                MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(hash) + "\r\n\r\n";
    }

    @AfterEach
    void stop() throws IOException {
        stage.close();
        server.close();
        for (Socket socket : connections) {
            socket.close();
        }
    }

    @Test
    void should_retry_on_another_connection_when_the_peer_does_not_read() throws Exception {
        stage.start()
                .configure("{\"slug\": \"stalled\", \"type\": \"websocket\", \"callbackUrl\": \"ws://127.0.0.1:"
                        + server.getLocalPort() + "/\"}");
        String large = "{\"text\": \"" + "x".repeat(900_000) + "\"}";
        for (int i = 0; i < 12; i++) {
            stage.append("large", large);
        }

        stage.await(() -> !stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class))
                        .isEmpty()
                && connections.size() > 1);
        assertThat(stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class))
                        .get(0)
                        .path("message")
                        .asText())
                .startsWith("WebSocket to http://127.0.0.1:" + server.getLocalPort() + "/ failed: ");
    }

    @Test
    void should_still_get_the_reason_when_its_message_is_too_long_and_a_frame_to_it_is_in_flight() throws Exception {
        stage.setting("webhook.timeout", "20s").start();
        stage.configure("{\"slug\": \"stalled\", \"type\": \"websocket\", \"callbackUrl\": \"ws://127.0.0.1:"
                + server.getLocalPort() + "/\"}");
        String large = "{\"text\": \"" + "x".repeat(900_000) + "\"}";
        for (int i = 0; i < 12; i++) {
            stage.append("large", large);
        }
        stage.await(() -> !connections.isEmpty());
        DataOutputStream out = new DataOutputStream(connections.get(0).getOutputStream());
        out.writeShort(0x817f); // a text, its length in eight bytes
        out.writeLong(Integer.MAX_VALUE);

        stage.await(() -> connections.size() > 1); // for the frame that was in flight
        assertThat(closeCode(connections.get(0))).isEqualTo(1009);
    }

    /** Reads the frames of a client to the close frame, and returns its code. */
    private static int closeCode(Socket socket) throws IOException {
        socket.setSoTimeout(30_000);
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        while (true) {
            int opcode = in.readUnsignedByte() & 0x0f;
            int length = in.readUnsignedByte() & 0x7f;
            long rest = length < 126 ? length : length == 126 ? in.readUnsignedShort() : in.readLong();
            int mask = in.readInt();
            if (opcode == 8) {
                return in.readUnsignedShort() ^ (mask >>> 16);
            }
            in.skipNBytes(rest);
        }
    }
}
