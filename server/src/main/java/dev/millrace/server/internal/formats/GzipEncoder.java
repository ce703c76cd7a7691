package dev.millrace.server.internal.formats;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** An encoder that compresses an answer page by page. It holds native memory until it is closed. Not thread-safe. */
public final class GzipEncoder implements AutoCloseable {
    /** The value of {@code Content-Encoding}. */
    public static final String CODING = "gzip";

    /** The memory of an encoder, without its pages: the window and the hash tables of zlib. */
    public static final long MEMORY = 1 << 18;

    private static final int BUFFER = 8 * 1024;

    private final AtomicInteger open;
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private final GZIPOutputStream gzip;

    /** An encoder that counts itself in {@code open} until it is closed. */
    public GzipEncoder(AtomicInteger open) {
        this.open = open;
        try {
            gzip = new GZIPOutputStream(compressed, BUFFER, true) {
                {
                    def.setLevel(Deflater.BEST_SPEED); // a reader waits while its page is compressed
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it writes to memory
        }
        open.incrementAndGet();
    }

    /**
     * Whether the caller prefers gzip to an answer that is not compressed, by the values of its {@code Accept-Encoding}
     * headers. {@code *} stands for every coding that they do not name.
     */
    public static boolean isPreferred(List<String> headers) {
        List<WeightedName> codings = WeightedName.parse(headers);
        double gzip = weight(codings, CODING, "x-gzip").orElse(0.0);
        return gzip > 0 && gzip >= weight(codings, "identity").orElse(0.0);
    }

    private static Optional<Double> weight(List<WeightedName> codings, String... names) {
        return Stream.concat(Stream.of(names), Stream.of("*"))
                .flatMap(name -> codings.stream().filter(coding -> coding.name().equals(name)))
                .map(WeightedName::weight)
                .findFirst();
    }

    /** The next bytes of the answer: those of a page, and if it is the {@code last} one, the end. */
    public byte[] encode(byte[] page, boolean last) {
        try {
            gzip.write(page);
            if (last) {
                gzip.finish();
            } else {
                gzip.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it writes to memory
        }
        byte[] bytes = compressed.toByteArray();
        compressed.reset();
        return bytes;
    }

    /** Frees the native memory; call it once. */
    @Override
    public void close() {
        try {
            gzip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it writes to memory
        }
        open.decrementAndGet();
    }
}
