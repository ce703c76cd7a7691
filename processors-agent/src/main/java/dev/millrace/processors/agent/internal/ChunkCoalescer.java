package dev.millrace.processors.agent.internal;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A buffer that joins many deltas to few chunks. The first delta of a response is sent at once. Further deltas are
 * collected for up to 200 ms or 2 KiB; they are sent before a delta of another item or kind. A chunk never splits a
 * code point. Chunks are sent in order, under the lock of this object. Sending may block, so it never runs on the timer
 * thread. Thread-safe.
 */
public final class ChunkCoalescer {
    static final Duration WINDOW = Duration.ofMillis(200);
    static final int MOST_BYTES = 2048;
    private static final char REPLACEMENT = '\uFFFD';

    /** Joined deltas of one item and kind. */
    public record Chunk(int outputIndex, String kind, String text, long seqFrom, long seqTo) {}

    private final Timers timers;
    private final Executor executor;
    private final Consumer<Chunk> out;
    private final StringBuilder text = new StringBuilder();
    private int outputIndex;
    private String kind = "";
    private long seqFrom;
    private long seqTo;
    private boolean begun;
    private boolean closed;
    private Timers.@Nullable Timer timer;

    /** {@code executor} sends the collected text after 200 ms; {@code out} sends a chunk and may block. */
    public ChunkCoalescer(Timers timers, Executor executor, Consumer<Chunk> out) {
        this.timers = timers;
        this.executor = executor;
        this.out = out;
    }

    public synchronized void add(Delta delta) {
        if (closed) {
            return;
        }
        if (!text.isEmpty()
                && (delta.outputIndex() != outputIndex || !delta.kind().equals(kind))) {
            flush();
        }
        if (text.isEmpty()) {
            outputIndex = delta.outputIndex();
            kind = delta.kind();
            seqFrom = delta.seq();
        }
        text.append(delta.text());
        seqTo = delta.seq();
        int end = fullChunk();
        while (end > 0) {
            emit(end);
            end = fullChunk();
        }
        if (!begun) {
            begun = true;
            flushWhole();
        }
        if (!text.isEmpty() && timer == null) {
            timer = timers.after(WINDOW, () -> executor.execute(this::flushWhole));
        }
    }

    /** Sends the collected text; half a code point at its end is replaced, because its other half will not follow. */
    public synchronized void flush() {
        int last = text.length() - 1;
        if (last >= 0 && Character.isHighSurrogate(text.charAt(last))) {
            text.setCharAt(last, REPLACEMENT);
        }
        flushWhole();
    }

    /** Discards the collected text and ignores later deltas. */
    public synchronized void close() {
        closed = true;
        text.setLength(0);
        stopTimer();
    }

    /** Sends the collected text without half a code point at its end. */
    private synchronized void flushWhole() {
        stopTimer();
        int end = text.length();
        if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        if (end > 0) {
            emit(end);
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void emit(int end) {
        String chunk = JsonCodec.toWellFormed(text.substring(0, end));
        text.delete(0, end);
        out.accept(new Chunk(outputIndex, kind, chunk, seqFrom, seqTo));
        seqFrom = seqTo;
    }

    /** The length of the longest piece of at most 2 KiB if the text is that long; else 0. */
    private int fullChunk() {
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            int next = bytes + (codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4);
            if (next > MOST_BYTES) {
                return i;
            }
            bytes = next;
            i += Character.charCount(codePoint);
        }
        return bytes == MOST_BYTES && !Character.isHighSurrogate(text.charAt(text.length() - 1)) ? text.length() : 0;
    }
}
