package dev.millrace.server.internal.http;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Grant;
import java.util.List;
import java.util.Optional;

/**
 * An authenticator of callers by bearer tokens. It reads the header {@code Authorization: Bearer} only, because URLs
 * end up in logs. If no tokens are in use, each caller has all rights. Immutable.
 */
public final class BearerAuthenticator {
    private static final System.Logger LOG = System.getLogger("dev.millrace.server");
    private static final String SCHEME = "bearer ";

    private final Optional<AccessTokens> tokens;

    public BearerAuthenticator(Optional<AccessTokens> tokens) {
        this.tokens = tokens;
    }

    /**
     * Returns the rights of a caller; throws a 401 {@link HttpErrorException} if a token is required and none was sent,
     * or the token is unknown or expired. {@code credentials} are the values of the {@code Authorization} headers.
     */
    CallerPermissions admit(List<String> credentials, ProjectSlug project, Optional<ChainHeader> chain) {
        if (tokens.isEmpty() || !tokens.get().areRequired()) {
            return new CallerPermissions(Grant.EVERYTHING, project, this::holds, chain);
        }
        if (credentials.isEmpty()) {
            throw HttpErrorException.unauthorized(
                    "this server requires a token; send the header 'Authorization: Bearer TOKEN'"
                            + " ('millrace token create' makes one)",
                    false);
        }
        return Optional.of(credentials.get(0))
                .filter(header -> credentials.size() == 1)
                .flatMap(BearerAuthenticator::bearer)
                .flatMap(tokens.get()::find)
                .map(grant -> new CallerPermissions(grant, project, this::holds, chain))
                .orElseThrow(BearerAuthenticator::unknown);
    }

    /** Whether the token is still valid. If the tokens cannot be read, the answer is no. */
    private boolean holds(Grant grant) {
        try {
            return tokens.isEmpty() || tokens.get().holds(grant);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot check whether a token is still valid; treated as revoked", e);
            return false;
        }
    }

    private static Optional<String> bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    private static HttpErrorException unknown() {
        return HttpErrorException.unauthorized(
                "the token is unknown, has expired or was revoked; send another one as"
                        + " 'Authorization: Bearer TOKEN'",
                true);
    }
}
