package dev.millrace.testkit.internal.purity;

import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.internal.bytecode.ReducerFingerprint;
import dev.millrace.testkit.internal.state.InitialStateOverride;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The file with the accepted fingerprint of a reducer.
 *
 * @param file its path
 */
public record ReducerFingerprintFile(Path file) {
    private static final String PROPERTY = "millrace.fingerprints";
    private static final String HOW = "run the test once with -D" + PROPERTY + "=accept and commit the file";

    /** The file {@code src/test/fingerprints/<slug>.txt} in the module of the processor. */
    public static ReducerFingerprintFile of(Processor<?> processor) {
        Object subject = processor instanceof InitialStateOverride<?> seeded ? seeded.delegate() : processor;
        Path working = Path.of(System.getProperty("basedir", System.getProperty("user.dir")));
        Path root = directory(subject.getClass()).orElse(working);
        while (!Files.isDirectory(root.resolve("src").resolve("test")) && root.getParent() != null) {
            root = root.getParent();
        }
        root = root.getParent() == null ? working : root;
        return new ReducerFingerprintFile(
                root.resolve(Path.of("src", "test", "fingerprints", processor.slug() + ".txt")));
    }

    private static Optional<Path> directory(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            return source == null || !source.getLocation().getProtocol().equals("file")
                    ? Optional.empty()
                    : Optional.of(Path.of(source.getLocation().toURI())).filter(Files::isDirectory);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /**
     * Writes the file if the system property is {@code accept}; otherwise compares.
     *
     * @throws AssertionError if the fingerprint differs, with the methods
     */
    public void checkOrAccept(String slug, ReducerFingerprint current) {
        if ("accept".equals(System.getProperty(PROPERTY))) {
            accept(slug, current);
        } else {
            check(slug, current);
        }
    }

    /** @throws AssertionError if the fingerprint differs, with the methods */
    void check(String slug, ReducerFingerprint current) {
        if (!Files.exists(file)) {
            throw new AssertionError(
                    "Reducer of '" + slug + "' has no accepted fingerprint: " + file + " does not exist; " + HOW);
        }
        ReducerFingerprint accepted = read();
        String changes = changes(accepted.methods(), current.methods());
        if (accepted.version() == current.version() && !changes.isEmpty()) {
            throw new AssertionError("Reducer of '" + slug + "' has changed, but version() is still "
                    + current.version() + ": " + changes + "; raise version(), because snapshots of the old code have"
                    + " this version, then " + HOW + "; if the change alters no state, do not raise version()");
        }
        if (accepted.version() != current.version()) {
            throw new AssertionError("Reducer of '" + slug + "' has version() " + current.version()
                    + ", but its accepted fingerprint has " + accepted.version()
                    + (changes.isEmpty() ? "" : ": " + changes) + "; " + HOW);
        }
    }

    private static String changes(Map<String, String> accepted, Map<String, String> current) {
        List<String> changes = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(accepted.keySet());
        names.addAll(current.keySet());
        for (String name : names) {
            if (!current.containsKey(name)) {
                changes.add(name + " is no longer called");
            } else if (!accepted.containsKey(name)) {
                changes.add(name + " is new");
            } else if (!Objects.equals(accepted.get(name), current.get(name))) {
                changes.add(name + " changed");
            }
        }
        return String.join(", ", changes);
    }

    void accept(String slug, ReducerFingerprint current) {
        StringBuilder text = new StringBuilder(
                "# Fingerprint of the reducer of '" + slug + "'. To accept a new one, " + HOW + ".\n");
        text.append("version ").append(current.version()).append('\n');
        current.methods()
                .forEach((name, hash) ->
                        text.append(hash).append(' ').append(name).append('\n'));
        try {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("fingerprint cannot be written: " + file + "; " + e.getMessage(), e);
        }
    }

    private ReducerFingerprint read() {
        try {
            int version = 0;
            Map<String, String> methods = new TreeMap<>();
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                if (line.startsWith("version ")) {
                    version = Integer.parseInt(line.substring(space + 1).strip());
                } else if (space > 0 && !line.startsWith("#")) {
                    methods.put(line.substring(space + 1), line.substring(0, space));
                }
            }
            return new ReducerFingerprint(version, methods);
        } catch (IOException e) {
            throw new UncheckedIOException("fingerprint cannot be read: " + file + "; " + e.getMessage(), e);
        } catch (NumberFormatException e) {
            throw new AssertionError("Fingerprint cannot be read: " + file + "; " + e.getMessage() + "; " + HOW, e);
        }
    }
}
