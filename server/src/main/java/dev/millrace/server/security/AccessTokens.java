package dev.millrace.server.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The access tokens of a service, stored as hashes in {@code tokens.json} in its directory. Another process may create
 * and revoke tokens while the service runs; the service sees the change with the next request. After the first token
 * was created, callers always need one, also when the last one was revoked. Thread-safe; several processes may change
 * the file.
 *
 * @since 0.1
 */
public final class AccessTokens {
    static final String FILE = "tokens.json";

    private static final String MARK = "mrt_";
    private static final int TOKEN_BYTES = 32;
    private static final int ID_BYTES = 6;

    private final OwnerOnlyFile file;
    private final Timers timers;
    private final Instant startedAt;
    private final Duration startedElapsed;
    private final SecureRandom random = new SecureRandom();
    private volatile State state = State.NONE;

    /** The tokens that were read last, and the version of the file at that time; empty if there was no file. */
    private record State(Optional<Version> version, List<StoredToken> entries) {
        static final State NONE = new State(Optional.empty(), List.of());
    }

    /** Identifies one content of the file: each replacement gives another version. */
    private record Version(long modified, long size, String key) {}

    /**
     * A new token.
     *
     * @param token the text that callers send; it is not stored
     * @param grant what it allows
     */
    public record Created(String token, Grant grant) {
        /** Contains only the id of the grant. */
        @Override
        public String toString() {
            return "Created[" + grant.id() + "]";
        }
    }

    private AccessTokens(OwnerOnlyFile file, Timers timers) {
        this.file = file;
        this.timers = timers;
        this.startedAt = timers.now();
        this.startedElapsed = timers.elapsed();
    }

    /** The time for expiry: the clock, or what it must show at least. A clock that is set back revives no token. */
    private Instant now() {
        Instant shown = timers.now();
        Instant atLeast = startedAt.plus(timers.elapsed().minus(startedElapsed));
        return shown.isBefore(atLeast) ? atLeast : shown;
    }

    /**
     * Opens the tokens of the service with this data directory. Creates no file before the first token.
     *
     * @throws IllegalStateException if the file exists and is no list of tokens
     * @throws UncheckedIOException if it cannot be read
     */
    public static AccessTokens in(Path directory, Timers timers) {
        AccessTokens tokens = new AccessTokens(new OwnerOnlyFile(directory.resolve(FILE)), timers);
        tokens.current();
        return tokens;
    }

    /** Whether callers need a token: true from the first created token on. */
    public boolean areRequired() {
        return current().version().isPresent();
    }

    /** How many tokens have not expired. */
    public int usable() {
        return (int) list().stream().filter(grant -> !grant.isExpired(now())).count();
    }

    /** The grant of a token; empty if the token is unknown or has expired. */
    public Optional<Grant> find(String token) {
        byte[] hash = StoredToken.hashOf(token);
        Grant found = null;
        for (StoredToken entry : current().entries()) { // compare all, so that the time reveals nothing
            if (entry.matches(hash)) {
                found = entry.grant();
            }
        }
        return Optional.ofNullable(found).filter(grant -> !grant.isExpired(now()));
    }

    /** Whether a grant that was found earlier has not expired and was not revoked. */
    public boolean holds(Grant grant) {
        return !grant.isExpired(now()) && (grant.equals(Grant.EVERYTHING) ? !areRequired() : list().contains(grant));
    }

    /** The grants of all tokens, expired ones included, in the order of their creation. */
    public List<Grant> list() {
        return current().entries().stream().map(StoredToken::grant).toList();
    }

    /**
     * Creates a token.
     *
     * @param project the project; empty for all projects
     * @param lifetime how long it is valid; empty for ever
     * @throws IllegalArgumentException if there is no operation, or the lifetime is not positive
     */
    public Created create(
            Optional<ProjectSlug> project, StreamPath prefix, Set<Operation> operations, Optional<Duration> lifetime) {
        if (operations.isEmpty()) {
            throw new IllegalArgumentException("a token must allow at least one operation");
        }
        lifetime.filter(time -> time.isZero() || time.isNegative()).ifPresent(time -> {
            throw new IllegalArgumentException("the lifetime of a token must be positive, got " + time);
        });
        Grant grant = new Grant(
                HexFormat.of().formatHex(random(ID_BYTES)),
                project,
                prefix,
                operations,
                lifetime.map(timers.now()::plus));
        String token = MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(random(TOKEN_BYTES));
        change(entries -> {
            List<StoredToken> next = new ArrayList<>(entries);
            next.add(new StoredToken(grant, StoredToken.hashOf(token), timers.now()));
            return next;
        });
        return new Created(token, grant);
    }

    /** Revokes a token; returns whether there was one with that id. */
    public boolean revoke(String id) {
        int before = current().entries().size();
        List<StoredToken> after = change(entries ->
                entries.stream().filter(entry -> !entry.grant().id().equals(id)).toList());
        return after.size() < before;
    }

    private synchronized List<StoredToken> change(UnaryOperator<List<StoredToken>> change) {
        Path lockFile = file.path().resolveSibling("tokens.lock");
        try {
            OwnerOnlyFile.createDirectory(file.directory());
            try (FileChannel channel = FileChannel.open(
                            lockFile,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            OwnerOnlyFile.ownerOnly(file.directory()));
                    FileLock lock = channel.lock()) {
                List<StoredToken> next = change.apply(current().entries());
                ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", 1);
                json.putArray("tokens");
                next.forEach(entry -> json.withArray("/tokens").add(entry.toJson()));
                if (lock.isValid()) {
                    file.write(JsonCodec.indent(JsonCodec.write(json)));
                }
                return next;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot change the tokens: " + file.path() + ": " + e + "; check the owner of the directory", e);
        }
    }

    /** The current content of the file. If the file is gone, its last content: a lost file must not give rights. */
    private State current() {
        State known = state;
        Optional<Version> version = version();
        if (version.isEmpty() || version.equals(known.version())) {
            return known;
        }
        State next = new State(version, file.read().map(this::read).orElse(known.entries()));
        state = next;
        return next;
    }

    private Optional<Version> version() {
        try {
            BasicFileAttributes now = Files.readAttributes(file.path(), BasicFileAttributes.class);
            return Optional.of(new Version(
                    now.lastModifiedTime().to(TimeUnit.NANOSECONDS), now.size(), String.valueOf(now.fileKey())));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read " + file.path() + ": " + e + "; check the owner of the file", e);
        }
    }

    private List<StoredToken> read(byte[] content) {
        try {
            JsonNode json = JsonCodec.parse(content);
            if (json.path("version").intValue() != 1 || !json.path("tokens").isArray()) {
                throw new IllegalArgumentException("expected version 1 and a list of tokens");
            }
            List<StoredToken> entries = new ArrayList<>();
            json.path("tokens").forEach(entry -> entries.add(StoredToken.fromJson(entry)));
            return List.copyOf(entries);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "cannot read the tokens: " + file.path() + "; the file is no list of tokens: " + e.getMessage()
                            + "; restore it, or delete it while the service is stopped and create the tokens again",
                    e);
        }
    }

    private byte[] random(int bytes) {
        byte[] raw = new byte[bytes];
        random.nextBytes(raw);
        return raw;
    }
}
