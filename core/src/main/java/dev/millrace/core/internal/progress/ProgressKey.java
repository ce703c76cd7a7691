package dev.millrace.core.internal.progress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The key of progress: a processor and a stream. */
public record ProgressKey(String slug, StreamPath path) {
    private static final int MOST_OF_A_SLUG = 40;

    static ProgressKey of(Progress progress) {
        return new ProgressKey(progress.slug(), progress.path());
    }

    /**
     * The name of the file of this processor and stream. It contains the slug, for people, and a hash of slug and path,
     * which makes it unique.
     */
    public String fileName(String what) {
        String readable = slug.replaceAll("[^a-z0-9_-]", "_");
        return what + "-" + readable.substring(0, Math.min(readable.length(), MOST_OF_A_SLUG)) + "-"
                + hash((path.value() + "\n" + slug).getBytes(UTF_8)) + ".json";
    }

    public static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "'" + slug + "' on " + path;
    }
}
