package dev.millrace.core.internal.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.progress.ProgressKey;
import dev.millrace.core.runner.SnapshotStore;
import dev.millrace.core.runner.StateSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * A snapshot store in files: a first line with JSON that describes the snapshot, then the JSON of the state. Files are
 * not forced to the disk: a checksum detects damaged ones.
 */
public final class DirectorySnapshotStore implements SnapshotStore {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final Path directory;

    public DirectorySnapshotStore(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot keep snapshots in " + directory + "; " + e + "; check the path and its permissions", e);
        }
    }

    private Path file(ProgressKey key) {
        return directory.resolve(key.fileName("snapshot"));
    }

    @Override
    public Optional<StateSnapshot> load(String slug, StreamPath path) {
        Path file = file(new ProgressKey(slug, path));
        try {
            StateSnapshot snapshot = read(Files.readAllBytes(file));
            if (!snapshot.slug().equals(slug) || !snapshot.path().equals(path)) {
                throw new IllegalArgumentException("it is of '" + snapshot.slug() + "' on " + snapshot.path());
            }
            return Optional.of(snapshot);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException unusable) {
            LOG.log(
                    Level.WARNING,
                    () -> "snapshot " + file + " cannot be used and is ignored; the log is read from the first event: "
                            + unusable);
            return Optional.empty();
        }
    }

    private static StateSnapshot read(byte[] content) {
        int end = 0;
        while (end < content.length && content[end] != '\n') {
            end++;
        }
        if (end == content.length) {
            throw new IllegalArgumentException("it has no first line");
        }
        JsonNode head = JsonCodec.parse(Arrays.copyOf(content, end));
        byte[] state = Arrays.copyOfRange(content, end + 1, content.length);
        if (!head.path("sha256").asText().equals(ProgressKey.hash(state))) {
            throw new IllegalArgumentException("its checksum is wrong");
        }
        return new StateSnapshot(
                head.path("slug").asText(),
                new StreamPath(head.path("path").asText()),
                head.path("incarnation").asText(),
                head.path("version").asInt(),
                head.path("schema").asText(),
                head.path("through").asLong(),
                JsonCodec.parse(state));
    }

    @Override
    public synchronized void save(StateSnapshot snapshot) {
        byte[] state = JsonCodec.write(snapshot.state());
        ObjectNode head = JsonNodeFactory.instance.objectNode();
        head.put("slug", snapshot.slug());
        head.put("path", snapshot.path().value());
        head.put("incarnation", snapshot.incarnation());
        head.put("version", snapshot.version());
        head.put("schema", snapshot.schema());
        head.put("through", snapshot.through());
        head.put("sha256", ProgressKey.hash(state));
        Path file = file(new ProgressKey(snapshot.slug(), snapshot.path()));
        Path fresh = directory.resolve(file.getFileName() + ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(fresh)) {
                out.write(JsonCodec.write(head));
                out.write('\n');
                out.write(state);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot save snapshot: " + file + "; " + e + "; check permissions and free space", e);
        }
    }
}
