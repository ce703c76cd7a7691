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
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The tokens of a service, in {@code tokens.json} in its directory, by their hashes. Another process may create and revoke
 * them while the service runs; it notices with the next request. Once there was a token, callers need one: revoking the
 * last opens nothing. Safe for use by many threads, and changes by many processes.
 */
public final class AccessTokens {
    /** The file, inside the directory. */
    static final String FILE = "tokens.json";

    private static final String MARK = "mrt_";
    private static final int TOKEN_BYTES = 32;
    private static final int ID_BYTES = 6;

    private final OwnerOnlyFile file;
    private final Timers timers;
    private final SecureRandom random = new SecureRandom();
    private volatile State state = State.NONE;

    /**
     * What was read last.
     *
     * @param version what the file was like then; empty when there was none
     * @param entries what was in it
     */
    private record State(Optional<Version> version, List<StoredToken> entries) {
        static final State NONE = new State(Optional.empty(), List.of());
    }

    /** Changes with every replacement of the file. */
    private record Version(long modified, long size, String key) {}

    /**
     * A token that was just made.
     *
     * @param token what callers send; it is kept nowhere
     * @param grant what it allows
     */
    public record Created(String token, Grant grant) {
        /** Names the grant only. */
        @Override
        public String toString() {
            return "Created[" + grant.id() + "]";
        }
    }

    private AccessTokens(OwnerOnlyFile file, Timers timers) {
        this.file = file;
        this.timers = timers;
    }

    /**
     * The tokens of the service whose data are in a directory. Makes no file before the first token.
     *
     * @throws IllegalStateException when the file is there and is no list of tokens
     * @throws UncheckedIOException when it cannot be read
     */
    public static AccessTokens in(Path directory, Timers timers) {
        AccessTokens tokens = new AccessTokens(new OwnerOnlyFile(directory.resolve(FILE)), timers);
        tokens.current();
        return tokens;
    }

    /** Whether callers need a token: there is one, or there was. */
    public boolean areRequired() {
        return current().version().isPresent();
    }

    /** How many tokens there are that have not expired. */
    public int usable() {
        return (int)
                list().stream().filter(grant -> !grant.isExpired(timers.now())).count();
    }

    /** What a token allows; empty when there is no such token or it has expired. */
    public Optional<Grant> find(String token) {
        byte[] hash = StoredToken.hashOf(token);
        Grant found = null;
        for (StoredToken entry : current().entries()) { // all of them, so that the time says nothing
            if (entry.matches(hash)) {
                found = entry.grant();
            }
        }
        return Optional.ofNullable(found).filter(grant -> !grant.isExpired(timers.now()));
    }

    /** Whether a grant, once found, still holds. */
    public boolean holds(Grant grant) {
        return !grant.isExpired(timers.now())
                && (grant.equals(Grant.EVERYTHING) ? !areRequired() : list().contains(grant));
    }

    /** What the tokens allow, expired ones included, in the order in which they were made. */
    public List<Grant> list() {
        return current().entries().stream().map(StoredToken::grant).toList();
    }

    /**
     * Makes a token.
     *
     * @param project the project; empty for every project
     * @param lifetime how long it holds; empty for ever
     * @throws IllegalArgumentException when there is no operation, or the lifetime is not positive
     */
    public Created create(
            Optional<ProjectSlug> project, StreamPath prefix, Set<Operation> operations, Optional<Duration> lifetime) {
        if (operations.isEmpty()) {
            throw new IllegalArgumentException("a token must allow at least one operation");
        }
        lifetime.filter(time -> time.isZero() || time.isNegative()).ifPresent(time -> {
            throw new IllegalArgumentException("a token must hold for some time, got " + time);
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

    /** Ends a token; whether there was one with that id. */
    public boolean revoke(String id) {
        int before = current().entries().size();
        List<StoredToken> after = change(entries ->
                entries.stream().filter(entry -> !entry.grant().id().equals(id)).toList());
        return after.size() < before;
    }

    private synchronized List<StoredToken> change(UnaryOperator<List<StoredToken>> change) {
        Path lockFile = file.path().resolveSibling("tokens.lock");
        try {
            Files.createDirectories(file.directory());
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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
                    "cannot change the tokens: " + file.path() + ": " + e + "; check who owns the directory", e);
        }
    }

    /** What the file says now. When it has vanished, what it said last: losing it must open nothing. */
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
            throw new UncheckedIOException("cannot read " + file.path() + ": " + e + "; check who owns it", e);
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
                    "cannot read the tokens: " + file.path() + "; it is no list of tokens: " + e.getMessage()
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
