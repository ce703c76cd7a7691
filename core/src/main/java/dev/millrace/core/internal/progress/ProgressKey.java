package dev.millrace.core.internal.progress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Whose progress: a processor's, on a stream. */
public record ProgressKey(String slug, StreamPath path) {
    private static final int MOST_OF_A_SLUG = 40;

    static ProgressKey of(Progress progress) {
        return new ProgressKey(progress.slug(), progress.path());
    }

    /**
     * The name of the file that keeps something of this processor on this stream. It is made of the slug, for people, and
     * of a hash of slug and path, which tells files apart however long, strange or alike those are.
     */
    public String fileName(String what) {
        String readable = slug.replaceAll("[^a-z0-9_-]", "_");
        return what + "-" + readable.substring(0, Math.min(readable.length(), MOST_OF_A_SLUG)) + "-"
                + hash((path.value() + "\n" + slug).getBytes(UTF_8)) + ".json";
    }

    /** SHA-256 in hexadecimal. */
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
