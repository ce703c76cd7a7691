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
 * The store of secrets of all projects: create, list without values, delete. Only hosted processors can read a value,
 * by its name. Values are encrypted in the file and in memory (AES-256-GCM, one nonce each, bound to project and name)
 * and decrypted only when they are used. Thread-safe; changes are on disk when a method returns.
 *
 * @since 0.1
 */
public final class Vault implements Secrets {
    /** The maximum length of name and description, in characters. */
    public static final int MAX_NAME = 255;

    /** The maximum length of a value, in characters. */
    public static final int MAX_VALUE = 64 * 1024;

    static final String FILE = "secrets.json";

    static final String KEY_FILE = "secret.key";

    private final Optional<OwnerOnlyFile> file;
    private final AesGcmCipher aesGcmCipher;
    private final SecureRandom random;
    private final Timers timers;
    private volatile List<StoredSecret> entries;

    private Vault(
            Optional<OwnerOnlyFile> file,
            AesGcmCipher aesGcmCipher,
            SecureRandom random,
            Timers timers,
            List<StoredSecret> entries) {
        this.file = file;
        this.aesGcmCipher = aesGcmCipher;
        this.random = random;
        this.timers = timers;
        this.entries = entries;
    }

    /** A vault without a file, for one process. */
    public static Vault inMemory(Timers timers) {
        SecureRandom random = new SecureRandom();
        return new Vault(
                Optional.empty(), new AesGcmCipher(AesGcmCipher.newKey(random), random), random, timers, List.of());
    }

    /**
     * Opens the vault {@code secrets.json} in a directory, which must belong to this service only.
     *
     * @param key 32 bytes in Base64; if empty, {@code secret.key} in the directory is used, and created if there are no
     *     secrets yet
     * @throws IllegalArgumentException if the key is not 32 bytes in Base64; the message does not repeat it
     * @throws IllegalStateException if the file cannot be decrypted with this key, or is no vault
     * @throws java.io.UncheckedIOException if a file cannot be read or written
     */
    public static Vault open(Path directory, Optional<String> key, Timers timers) {
        SecureRandom random = new SecureRandom();
        OwnerOnlyFile file = new OwnerOnlyFile(directory.resolve(FILE));
        OwnerOnlyFile keyFile = new OwnerOnlyFile(directory.resolve(KEY_FILE));
        Optional<byte[]> content = file.read();
        byte[] bytes = key.map(text -> decode(text, "the given key"))
                .or(() -> keyFile.read().map(found -> decode(new String(found, UTF_8), keyFile.path() + "")))
                .orElseGet(() -> content.isPresent() ? missingKey(file, keyFile) : makeKey(keyFile, random));
        AesGcmCipher aesGcmCipher = new AesGcmCipher(bytes, random);
        List<StoredSecret> entries = content.map(json -> read(json, file)).orElse(List.of());
        for (StoredSecret entry : entries) {
            if (entry.open(aesGcmCipher).isEmpty()) {
                throw new IllegalStateException("cannot open the secrets: " + file.path() + "; '"
                        + entry.summary().name() + "' of project " + entry.project()
                        + " was not encrypted with this key, or was changed; start with the key that encrypted it");
            }
        }
        return new Vault(Optional.of(file), aesGcmCipher, random, timers, entries);
    }

    /**
     * Stores a secret.
     *
     * @param name 1 to {@value #MAX_NAME} characters after trimming
     * @param value 1 to {@value #MAX_VALUE} characters
     * @throws IllegalArgumentException if a length is wrong; the message begins with the field
     * @throws StreamException {@code CONFLICT} if the project has a secret with this name
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
                    "secret not created: project " + project + " already has a secret '" + trimmed
                            + "'; choose another name, or delete that one first");
        }
        SecretSummary summary = new SecretSummary(newId(), trimmed, description, timers.now(), timers.now());
        List<StoredSecret> next = new ArrayList<>(entries);
        next.add(new StoredSecret(project, summary, aesGcmCipher.close(value, StoredSecret.label(project, trimmed))));
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

    /** Deletes a secret of a project; returns whether there was one with that id. */
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
                .flatMap(entry -> entry.open(aesGcmCipher));
    }

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
                throw new IllegalArgumentException("unknown version " + json.path("version"));
            }
            List<StoredSecret> found = new ArrayList<>();
            json.path("secrets").forEach(entry -> found.add(StoredSecret.fromJson(entry)));
            return List.copyOf(found);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "cannot open the secrets: " + file.path() + "; the file is no vault: " + e.getMessage()
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
            // reported below, without a part of the key
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
                + keyFile.path() + " is missing and no key was given; give the key that encrypted the secrets");
    }
}
