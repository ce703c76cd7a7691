package dev.millrace.server.internal.http;

import dev.millrace.core.ProjectSlug;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Grant;
import java.util.List;
import java.util.Optional;

/**
 * Asks callers for a token, if tokens are in use. They come in the header {@code Authorization: Bearer} and nowhere else:
 * what stands in a URL ends up in logs. Immutable.
 */
public final class BearerAuthenticator {
    private static final System.Logger LOG = System.getLogger("dev.millrace.server");
    private static final String SCHEME = "bearer ";

    private final Optional<AccessTokens> tokens;

    /** Without tokens everybody may do everything. */
    public BearerAuthenticator(Optional<AccessTokens> tokens) {
        this.tokens = tokens;
    }

    /**
     * Lets a caller in.
     *
     * @param credentials the values of its {@code Authorization} headers
     * @throws HttpErrorException when a token is needed and there is none, or none that is known and has not expired
     */
    CallerPermissions admit(List<String> credentials, ProjectSlug project) {
        if (tokens.isEmpty() || !tokens.get().areRequired()) {
            return new CallerPermissions(Grant.EVERYTHING, project, this::holds);
        }
        if (credentials.isEmpty()) {
            throw HttpErrorException.unauthorized(
                    "this server wants a token; send the header 'Authorization: Bearer TOKEN'"
                            + " ('millrace token create' makes one)",
                    false);
        }
        return credentials.size() == 1
                ? bearer(credentials.get(0))
                        .flatMap(tokens.get()::find)
                        .map(grant -> new CallerPermissions(grant, project, this::holds))
                        .orElseThrow(BearerAuthenticator::unknown)
                : refuse();
    }

    /** In doubt, as when the tokens cannot be read, it does not. */
    private boolean holds(Grant grant) {
        try {
            return tokens.isEmpty() || tokens.get().holds(grant);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot tell whether a token still holds", e);
            return false;
        }
    }

    private static Optional<String> bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    private static CallerPermissions refuse() {
        throw unknown();
    }

    private static HttpErrorException unknown() {
        return HttpErrorException.unauthorized(
                "the token is not known here, or has expired or was revoked; send another one as"
                        + " 'Authorization: Bearer TOKEN'",
                true);
    }
}
