package dev.millrace.server.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.Secrets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The secrets of the projects: created, listed without their values, deleted, and found by name by hosted processors only.
 * Values are encrypted (AES-256-GCM, a nonce each, bound to project and name) in the file and in memory; one is in the
 * clear only while somebody uses it. Safe for use by many threads; changes are on disk when the method returns.
 */
public final class Vault implements Secrets {
    /** The longest name and description, in characters. */
    public static final int MAX_NAME = 255;

    /** The longest value, in characters. */
    public static final int MAX_VALUE = 64 * 1024;

    /** The file with the secrets, inside the directory of a vault. */
    static final String FILE = "secrets.json";

    /** The file with a generated key, inside the directory of a vault. */
    static final String KEY_FILE = "secret.key";

    private final Optional<OwnerOnlyFile> file;
    private final AesGcmCipher seal;
    private final SecureRandom random;
    private final Timers timers;
    private volatile List<StoredSecret> entries;

    private Vault(
            Optional<OwnerOnlyFile> file,
            AesGcmCipher seal,
            SecureRandom random,
            Timers timers,
            List<StoredSecret> entries) {
        this.file = file;
        this.seal = seal;
        this.random = random;
        this.timers = timers;
        this.entries = entries;
    }

    /** A vault that forgets everything with the process. */
    public static Vault inMemory(Timers timers) {
        SecureRandom random = new SecureRandom();
        return new Vault(
                Optional.empty(), new AesGcmCipher(AesGcmCipher.newKey(random), random), random, timers, List.of());
    }

    /**
     * The vault in a directory, {@code secrets.json}. Nobody else may have it open: the directory belongs to one service.
     *
     * @param key 32 bytes in Base64; when empty, {@code secret.key} in the directory is used, and made if need be
     * @throws IllegalArgumentException when the key is not 32 bytes in Base64; the message does not repeat it
     * @throws IllegalStateException when the file cannot be opened with this key, or is not a vault
     * @throws java.io.UncheckedIOException when a file cannot be read or written
     */
    public static Vault open(Path directory, Optional<String> key, Timers timers) {
        SecureRandom random = new SecureRandom();
        OwnerOnlyFile file = new OwnerOnlyFile(directory.resolve(FILE));
        OwnerOnlyFile keyFile = new OwnerOnlyFile(directory.resolve(KEY_FILE));
        Optional<byte[]> content = file.read();
        byte[] bytes = key.map(text -> decode(text, "the given key"))
                .or(() -> keyFile.read().map(found -> decode(new String(found, UTF_8), keyFile.path() + "")))
                .orElseGet(() -> content.isPresent() ? missingKey(file, keyFile) : makeKey(keyFile, random));
        AesGcmCipher seal = new AesGcmCipher(bytes, random);
        List<StoredSecret> entries = content.map(json -> read(json, file)).orElse(List.of());
        for (StoredSecret entry : entries) {
            if (entry.open(seal).isEmpty()) {
                throw new IllegalStateException("cannot open the secrets: " + file.path() + "; '"
                        + entry.summary().name() + "' of project " + entry.project()
                        + " was not encrypted with this key, or was changed; start with the key it was written with");
            }
        }
        return new Vault(Optional.of(file), seal, random, timers, entries);
    }

    /**
     * Stores a secret.
     *
     * @param name 1 to {@value #MAX_NAME} characters after trimming
     * @param value 1 to {@value #MAX_VALUE} characters
     * @throws IllegalArgumentException when a length is wrong; the message begins with the field
     * @throws StreamException {@code CONFLICT} when the project has a secret of that name
     */
    public synchronized SecretSummary create(
            ProjectSlug project, String name, String value, Optional<String> description) {
        String trimmed = name.strip();
        checkLength("name", trimmed, 1, MAX_NAME);
        checkLength("value", value, 1, MAX_VALUE);
        description.ifPresent(text -> checkLength("description", text, 0, MAX_NAME));
        if (entries.stream().anyMatch(entry -> entry.is(project, trimmed))) {
            throw new StreamException(
                    Code.CONFLICT,
                    "secret not created: project " + project + " has one named '" + trimmed
                            + "' already; choose another name, or delete that one first");
        }
        SecretSummary summary = new SecretSummary(newId(), trimmed, description, timers.now(), timers.now());
        List<StoredSecret> next = new ArrayList<>(entries);
        next.add(new StoredSecret(project, summary, seal.close(value, StoredSecret.label(project, trimmed))));
        save(next);
        return summary;
    }

    /** All secrets of a project, oldest first, without their values. */
    public List<SecretSummary> list(ProjectSlug project) {
        return entries.stream()
                .filter(entry -> entry.project().equals(project))
                .map(StoredSecret::summary)
                .toList();
    }

    /** Deletes a secret of a project; whether there was one with that id. */
    public synchronized boolean delete(ProjectSlug project, String id) {
        List<StoredSecret> next = entries.stream()
                .filter(entry -> !entry.project().equals(project)
                        || !entry.summary().id().equals(id))
                .toList();
        boolean found = next.size() < entries.size();
        if (found) {
            save(next);
        }
        return found;
    }

    @Override
    public Optional<String> find(ProjectSlug project, String name) {
        return entries.stream()
                .filter(entry -> entry.is(project, name))
                .findFirst()
                .flatMap(entry -> entry.open(seal));
    }

    /** Says how many there are, and nothing of them. */
    @Override
    public String toString() {
        return "Vault[" + entries.size() + " secrets]";
    }

    private void save(List<StoredSecret> next) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", 1);
        next.forEach(entry -> json.withArray("/secrets").add(entry.toJson()));
        file.ifPresent(target -> target.write(JsonCodec.indent(JsonCodec.write(json))));
        entries = List.copyOf(next);
    }

    private String newId() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
        return new UUID(high, low).toString();
    }

    private static void checkLength(String field, String text, int least, int most) {
        if (text.length() < least || text.length() > most) {
            throw new IllegalArgumentException(
                    field + " must have " + least + " to " + most + " characters, got " + text.length());
        }
    }

    private static List<StoredSecret> read(byte[] content, OwnerOnlyFile file) {
        try {
            JsonNode json = JsonCodec.parse(content);
            if (json.path("version").intValue() != 1) {
                throw new IllegalArgumentException("version " + json.path("version") + " is not known here");
            }
            List<StoredSecret> found = new ArrayList<>();
            json.path("secrets").forEach(entry -> found.add(StoredSecret.fromJson(entry)));
            return List.copyOf(found);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "cannot open the secrets: " + file.path() + "; it is not a vault: " + e.getMessage()
                            + "; restore it, or move it away and create the secrets again",
                    e);
        }
    }

    private static byte[] decode(String text, String source) {
        try {
            byte[] key = Base64.getDecoder().decode(text.strip());
            if (key.length == AesGcmCipher.KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // said below, without repeating a part of it
        }
        throw new IllegalArgumentException("cannot open the secrets: " + source + " is not " + AesGcmCipher.KEY_BYTES
                + " bytes in Base64; make one with 'openssl rand -base64 " + AesGcmCipher.KEY_BYTES + "'");
    }

    private static byte[] makeKey(OwnerOnlyFile keyFile, SecureRandom random) {
        byte[] key = AesGcmCipher.newKey(random);
        keyFile.write(Base64.getEncoder().encode(key));
        return key;
    }

    private static byte[] missingKey(OwnerOnlyFile file, OwnerOnlyFile keyFile) {
        throw new IllegalStateException("cannot open the secrets: " + file.path() + "; there is no key: "
                + keyFile.path() + " is missing and none was given; give the one it was written with");
    }
}
