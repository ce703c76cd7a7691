package dev.millrace.server.security;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What somebody may do, and where.
 *
 * @param id by which it is listed and revoked
 * @param project the project; empty for every project
 * @param prefix the stream it begins with; it covers that one and all below
 * @param operations what it allows; {@link Operation#ADMIN} allows all
 * @param expiresAt when it ends; empty for never
 */
public record Grant(
        String id,
        Optional<ProjectSlug> project,
        StreamPath prefix,
        Set<Operation> operations,
        Optional<Instant> expiresAt) {
    /** What everybody may do where no tokens are in use. */
    public static final Grant EVERYTHING = new Grant(
            "everybody", Optional.empty(), StreamPath.root(), EnumSet.allOf(Operation.class), Optional.empty());

    /** Copies the operations. */
    public Grant {
        operations = Set.copyOf(operations);
    }

    /** Whether it allows an operation at all. */
    public boolean allows(Operation operation) {
        return operations.contains(operation) || operations.contains(Operation.ADMIN);
    }

    /** Whether a stream is in its reach. */
    public boolean covers(ProjectSlug slug, StreamPath path) {
        return inProject(slug) && (path.equals(prefix) || path.isBelow(prefix));
    }

    /** Whether all of a project is in its reach. */
    public boolean covers(ProjectSlug slug) {
        return inProject(slug) && prefix.isRoot();
    }

    /** Whether a list of the streams below a path may hold some that are in its reach. */
    public boolean meets(ProjectSlug slug, StreamPath path) {
        return covers(slug, path) || (inProject(slug) && prefix.isBelow(path));
    }

    /** Whether it has ended. */
    public boolean isExpired(Instant now) {
        return expiresAt.filter(end -> !now.isBefore(end)).isPresent();
    }

    private boolean inProject(ProjectSlug slug) {
        return project.isEmpty() || project.get().equals(slug);
    }
}
