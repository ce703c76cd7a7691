package dev.millrace.server.internal.http;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.server.security.Grant;
import java.util.function.Predicate;

/**
 * What one caller may do in the project it asks about.
 *
 * @param grant what its token allows
 * @param project the project of the request
 * @param holding whether a grant still holds
 */
public record CallerPermissions(Grant grant, ProjectSlug project, Predicate<Grant> holding) {
    /**
     * Lets an operation on a stream pass.
     *
     * @throws HttpErrorException when the token does not reach the stream, or does not allow the operation
     */
    public void require(Operation operation, StreamPath path) {
        requireReach(path);
        requireAnywhere(operation, path.value());
    }

    private void requireReach(StreamPath path) {
        if (!grant.covers(project, path)) {
            throw outOfReach(path.value());
        }
    }

    /**
     * Lets an append pass whose events are not known yet.
     *
     * @throws HttpErrorException when the token does not reach the stream, or allows no kind of append
     */
    public void requireSomeAppend(StreamPath path) {
        requireReach(path);
        if (!grant.allows(Operation.CONTROL) && !grant.allows(Operation.DEPLOY)) {
            requireAnywhere(Operation.APPEND, path.value());
        }
    }

    /**
     * Lets an append of one event pass.
     *
     * @param operation what its type takes
     * @param type the type under which it will be stored
     * @throws HttpErrorException as {@link #require}
     */
    public void requireAppend(Operation operation, String type, StreamPath path) {
        if (!grant.allows(operation)) {
            throw lacks(operation, "append '" + shorten(type) + "' to " + path);
        }
    }

    /**
     * Lets an operation on the project as a whole pass.
     *
     * @throws HttpErrorException when the token reaches a part of it only, or does not allow the operation
     */
    public void requireProject(Operation operation, String what) {
        if (!grant.covers(project)) {
            throw outOfReach(what + ", which need all of the project");
        }
        requireAnywhere(operation, what);
    }

    /**
     * Lets a list of the streams below a path pass; it may hold only what {@link #sees}.
     *
     * @throws HttpErrorException when there can be nothing in it that the caller may see
     */
    public void requireList(StreamPath path) {
        if (!grant.meets(project, path)) {
            throw outOfReach(path.value());
        }
        requireAnywhere(Operation.READ, path.value());
    }

    /** Whether the caller may know of a stream. */
    public boolean sees(StreamPath path) {
        return grant.covers(project, path);
    }

    /** Whether the token has neither expired nor been revoked since. */
    public boolean stillHolds() {
        return holding.test(grant);
    }

    private void requireAnywhere(Operation operation, String what) {
        if (!grant.allows(operation)) {
            throw lacks(operation, verb(operation) + " " + what);
        }
    }

    private static String verb(Operation operation) {
        return switch (operation) {
            case READ -> "read";
            case APPEND -> "append to";
            case CONTROL -> "control";
            case DEPLOY -> "deploy to";
            case ADMIN -> "administer";
        };
    }

    private HttpErrorException lacks(Operation operation, String what) {
        return HttpErrorException.forbidden("token " + grant.id() + " may not " + what + "; it does not allow '"
                + operation.word() + "'; use one that does");
    }

    private HttpErrorException outOfReach(String what) {
        return HttpErrorException.forbidden("token " + grant.id() + " does not reach " + what + " in project " + project
                + "; it is for " + grant.prefix() + " and below"
                + grant.project().map(slug -> " in project " + slug).orElse("") + "; use another one");
    }

    private static String shorten(String type) {
        return type.length() > 80 ? type.substring(0, 80) + "…" : type;
    }
}
