package dev.millrace.core.internal.progress;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.runner.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of a progress directory. It contains the payload of a {@code millrace/progress-saved} event. */
final class ProgressFile {
    /** A pattern of the store's file names, unfinished files included. */
    static final String PATTERN = "progress-*.{json,json.tmp}";

    static final String UNFINISHED = ".tmp";

    private ProgressFile() {}

    static String nameOf(ProgressKey key) {
        return key.fileName("progress");
    }

    static void write(Path directory, Progress progress) {
        Path file = directory.resolve(nameOf(ProgressKey.of(progress)));
        Path fresh = directory.resolve(file.getFileName() + UNFINISHED);
        try {
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer content = ByteBuffer.wrap(JsonCodec.write(ProgressEvents.toEvent(progress)));
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot save progress of " + ProgressKey.of(progress) + ": " + file + "; " + e
                            + "; check permissions and free space",
                    e);
        }
        force(directory);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalStateException if it is damaged
     */
    static Progress read(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        JsonNode json;
        try {
            json = JsonCodec.parse(content);
        } catch (IllegalArgumentException e) {
            throw unusable(file, "it is not JSON: " + e.getMessage(), e);
        }
        List<String> problems =
                json.isObject() ? BuiltInType.PROGRESS_SAVED.problems(json) : List.of("expected an object");
        if (!problems.isEmpty()) {
            throw unusable(file, String.join(", ", problems), null);
        }
        Progress progress = ProgressEvents.fromEvent(JsonCodec.fromTree(json, StreamEvent.ProgressSaved.class));
        if (!file.endsWith(nameOf(ProgressKey.of(progress)))) {
            throw unusable(file, "it holds progress of " + ProgressKey.of(progress) + ", which has another name", null);
        }
        return progress;
    }

    private static IllegalStateException unusable(Path file, String why, @Nullable Throwable cause) {
        return new IllegalStateException(
                "cannot read progress: " + file + "; " + why + "; restore the file from a backup (effects after older"
                        + " progress run again, with the same keys), or delete it: then its processor starts as on a"
                        + " first run",
                cause);
    }

    /** Makes the rename durable, if the file system allows to open directories. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notHere) {
            System.getLogger("dev.millrace.core.runner")
                    .log(System.Logger.Level.TRACE, "cannot force " + directory, notHere);
        }
    }
}
