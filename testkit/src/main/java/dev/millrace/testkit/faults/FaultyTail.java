package dev.millrace.testkit.faults;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.engine.RecordSink;
import dev.millrace.engine.spi.EventRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A sink that writes a live tail of the engine as server-sent events, with a fault. */
final class FaultyTail implements RecordSink {
    private final FaultyResponse answer;
    private final Fault fault;

    FaultyTail(FaultyResponse answer, Fault fault) {
        this.answer = answer;
        this.fault = fault;
    }

    @Override
    public void onConnected(ConnectionInfo connected) {
        quietly(() ->
                answer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
                        + "Millrace-Incarnation: " + connected.incarnation() + "\r\nMillrace-Watermark: "
                        + connected.watermark() + "\r\n\r\n"));
    }

    @Override
    public CompletionStage<Void> onRecords(List<EventRecord> page) {
        for (EventRecord record : page) {
            String frame = "event: message\ndata: " + new String(record.json(), StandardCharsets.UTF_8) + "\nid: "
                    + record.offset() + "\n\n";
            quietly(() -> answer.chunk(frame.repeat(fault.copies)));
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onCaughtUp(long watermark) {
        quietly(() -> answer.chunk("event: caught-up\ndata: {\"offset\":" + watermark + "}\n\n"));
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
        quietly(() -> answer.write("0\r\n\r\n"));
    }

    private interface Writing {
        void write() throws IOException;
    }

    /** Ignores a closed connection; {@link FaultyExchange} notices it when it reads. */
    private static void quietly(Writing writing) {
        try {
            writing.write();
        } catch (IOException gone) {
            System.getLogger("dev.millrace.testkit").log(System.Logger.Level.DEBUG, "client closed connection", gone);
        }
    }
}
