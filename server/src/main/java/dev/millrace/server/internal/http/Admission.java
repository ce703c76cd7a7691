package dev.millrace.server.internal.http;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the check of a caller's token said, before the request waits for a thread. A request without a valid token goes
 * on, because some answers need none, but it has no share in the threads of the project that it names. Immutable.
 */
final class Admission {
    /** The share of all requests without a valid token. */
    static final Object STRANGERS = "callers without a valid token";

    private final @Nullable CallerPermissions permissions;
    private final @Nullable RuntimeException refusal;

    private Admission(@Nullable CallerPermissions permissions, @Nullable RuntimeException refusal) {
        this.permissions = permissions;
        this.refusal = refusal;
    }

    /** The check of a request; looks at the time of the file of tokens. */
    static Admission of(Supplier<CallerPermissions> check) {
        try {
            return new Admission(check.get(), null);
        } catch (RuntimeException refused) {
            return new Admission(null, refused);
        }
    }

    /** The rights of the caller; throws the refusal if it has none. */
    CallerPermissions permissions() {
        if (permissions == null) {
            throw Objects.requireNonNull(refusal);
        }
        return permissions;
    }

    /** The key of the share that the request has in threads: the project of the token, or else of the request. */
    Object share() {
        return permissions == null ? STRANGERS : permissions.grant().project().orElse(permissions.project());
    }
}
