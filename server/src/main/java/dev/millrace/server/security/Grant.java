package dev.millrace.server.security;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The rights of a token.
 *
 * @param id the id under which it is listed and revoked
 * @param project the project; empty for all projects
 * @param prefix the stream; the token covers it and all streams below
 * @param operations the allowed operations; {@link Operation#ADMIN} includes all
 * @param expiresAt when it expires; empty for never
 * @since 0.1
 */
public record Grant(
        String id,
        Optional<ProjectSlug> project,
        StreamPath prefix,
        Set<Operation> operations,
        Optional<Instant> expiresAt) {
    /** All rights: the grant of each caller if no tokens are in use. */
    public static final Grant EVERYTHING = new Grant(
            "everybody", Optional.empty(), StreamPath.root(), EnumSet.allOf(Operation.class), Optional.empty());

    /** Copies the set of operations. */
    public Grant {
        operations = Set.copyOf(operations);
    }

    /** Whether the operation is allowed. */
    public boolean allows(Operation operation) {
        return operations.contains(operation) || operations.contains(Operation.ADMIN);
    }

    /** Whether the token covers a stream. */
    public boolean covers(ProjectSlug slug, StreamPath path) {
        return inProject(slug) && (path.equals(prefix) || path.isBelow(prefix));
    }

    /** Whether the token covers a whole project. */
    public boolean covers(ProjectSlug slug) {
        return inProject(slug) && prefix.isRoot();
    }

    /** Whether the token covers at least one stream at or below a path, or may do so. */
    public boolean meets(ProjectSlug slug, StreamPath path) {
        return covers(slug, path) || (inProject(slug) && prefix.isBelow(path));
    }

    /** Whether the token has expired. */
    public boolean isExpired(Instant now) {
        return expiresAt.filter(end -> !now.isBefore(end)).isPresent();
    }

    private boolean inProject(ProjectSlug slug) {
        return project.isEmpty() || project.get().equals(slug);
    }
}
