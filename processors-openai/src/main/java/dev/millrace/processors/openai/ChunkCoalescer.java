package dev.millrace.processors.openai;

import dev.millrace.core.runner.Timers;
import dev.millrace.processors.openai.ResponseSink.Delta;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns many deltas into few chunks: the first delta of a response goes out at once, what follows is gathered for up to
 * 200 ms or 2 KiB, and goes out before anything of another item or kind. A chunk never ends inside a code point. Chunks
 * go out in order, under this object's lock. Sending one can wait, so it never happens on the thread of the timers. Safe
 * for use by many threads.
 */
final class ChunkCoalescer {
    static final Duration WINDOW = Duration.ofMillis(200);
    static final int MOST_BYTES = 2048;
    private static final char REPLACEMENT = '\uFFFD';

    /** Deltas of one item and kind, joined. */
    record Chunk(int outputIndex, String kind, String text, long seqFrom, long seqTo) {}

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

    /**
     * Nothing is gathered yet.
     *
     * @param executor sends what is gathered when its time is over
     * @param out sends a chunk; may wait
     */
    ChunkCoalescer(Timers timers, Executor executor, Consumer<Chunk> out) {
        this.timers = timers;
        this.executor = executor;
        this.out = out;
    }

    synchronized void add(Delta delta) {
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

    /** Sends what is gathered; half a code point at its end is replaced, because the rest will not come. */
    synchronized void flush() {
        int last = text.length() - 1;
        if (last >= 0 && Character.isHighSurrogate(text.charAt(last))) {
            text.setCharAt(last, REPLACEMENT);
        }
        flushWhole();
    }

    /** Drops what is gathered and takes nothing more. */
    synchronized void close() {
        closed = true;
        text.setLength(0);
        stopTimer();
    }

    /** Sends what is gathered, but for half a code point at its end. */
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
        String chunk = wellFormed(text.substring(0, end));
        text.delete(0, end);
        out.accept(new Chunk(outputIndex, kind, chunk, seqFrom, seqTo));
        seqFrom = seqTo;
    }

    /** The end of the longest piece of at most 2 KiB, when there is that much; otherwise 0. */
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

    /** Half a code point in the middle of a text is the server's mistake; JSON cannot carry it. */
    private static String wellFormed(String chunk) {
        StringBuilder fixed = new StringBuilder(chunk.length());
        chunk.codePoints()
                .forEach(c -> fixed.appendCodePoint(
                        c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c));
        return fixed.toString();
    }
}
