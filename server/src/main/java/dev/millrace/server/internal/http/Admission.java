package dev.millrace.server.internal.http;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.ChainHeader;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
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
    private final Optional<ChainHeader> chain;

    private Admission(
            @Nullable CallerPermissions permissions, @Nullable RuntimeException refusal, Optional<ChainHeader> chain) {
        this.permissions = permissions;
        this.refusal = refusal;
        this.chain = chain;
    }

    /** Checks the token of a request, and reads the header of its chain. Looks at the file of tokens. */
    static Admission of(BearerAuthenticator authenticator, HttpFields headers, ProjectSlug project) {
        Optional<ChainHeader> chain = Optional.empty();
        try {
            chain = chain(headers);
            return new Admission(
                    authenticator.admit(headers.getValuesList(HttpHeader.AUTHORIZATION), project, chain), null, chain);
        } catch (RuntimeException refused) {
            return new Admission(null, refused, chain);
        }
    }

    private static Optional<ChainHeader> chain(HttpFields headers) {
        List<String> values = headers.getValuesList(ChainHeader.NAME);
        try {
            return values.isEmpty() ? Optional.empty() : Optional.of(ChainHeader.read(String.join(",", values)));
        } catch (IllegalArgumentException malformed) {
            throw HttpErrorException.badRequest(
                    ChainHeader.NAME,
                    "header " + ChainHeader.NAME + ": " + malformed.getMessage()
                            + "; send 'depth=1, hops=1, allow=append', or leave it out");
        }
    }

    /** The rights of the caller; throws the refusal if it has none. */
    CallerPermissions permissions() {
        if (permissions == null) {
            throw Objects.requireNonNull(refusal);
        }
        return permissions;
    }

    /** The chain of the request, whether it has a token or not. */
    Optional<ChainHeader> chain() {
        return chain;
    }

    /** The key of the share that the request has in threads: the project of the token, or else of the request. */
    Object share() {
        return permissions == null ? STRANGERS : permissions.grant().project().orElse(permissions.project());
    }
}
