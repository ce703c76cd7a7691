package dev.millrace.server.internal.http;

import dev.millrace.core.Chain;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.ChainHeader;
import dev.millrace.core.hosting.Operation;
import dev.millrace.engine.CallerTrust;
import dev.millrace.server.security.Grant;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The rights of one caller in the project of its request. Methods named {@code require...} throw a 403 {@link
 * HttpErrorException} if the token does not cover the stream or does not allow the operation.
 *
 * @param grant what the token allows
 * @param project the project of the request
 * @param holding whether a grant is still valid
 * @param chain the request is of a processor, and may only append
 */
public record CallerPermissions(
        Grant grant, ProjectSlug project, Predicate<Grant> holding, Optional<ChainHeader> chain) {
    private static final StreamPath SERVICE = StreamPath.of("/millrace");

    /** Whether the token, and the chain of the request if it has one, allow the operation. */
    public boolean allows(Operation operation) {
        return grant.allows(operation)
                && chain.filter(header -> !header.allows(operation)).isEmpty();
    }

    /**
     * The chain of the events that the request appends. It is within the limits, so that processors may react to these
     * events: a caller that forges the header does not hide an event from them.
     *
     * @throws HttpErrorException a 508 if the chain would be too long
     */
    public Optional<Chain> appended() {
        Optional<Chain> appended = chain.map(header -> header.chain().next(true));
        appended.filter(Chain::isBeyondLimit).ifPresent(ended -> {
            throw HttpErrorException.loop("append refused: it would be the end of a chain of " + ended.depth()
                    + " reactions with " + ended.hops() + " hops (header " + ChainHeader.NAME + "); the limits are "
                    + Chain.MOST_DEPTH + " reactions and " + Chain.MOST_HOPS
                    + " hops; find the webhooks and scripts that call this server, and end their loop");
        });
        return appended;
    }

    /** Requires that the request is not of a processor, whose chain {@code what} would lose. */
    public void requireNoChain(String what) {
        if (chain.isPresent()) {
            throw HttpErrorException.forbidden("a request with the header " + ChainHeader.NAME + " may not " + what
                    + "; it may only append events; let a caller do it");
        }
    }

    public void require(Operation operation, StreamPath path) {
        requireReach(path);
        boolean ofService = operation == Operation.APPEND && isOfService(path);
        requireAnywhere(ofService ? Operation.PROCESS : operation, path.value());
    }

    private void requireReach(StreamPath path) {
        if (!grant.covers(project, path)) {
            throw outOfReach(path.value());
        }
    }

    /** Requires the right to some kind of append; used before the event types are known. */
    public void requireSomeAppend(StreamPath path) {
        if (isOfService(path) || !allowsSomeAppend()) {
            require(Operation.APPEND, path);
        }
        requireReach(path);
    }

    /** Whether the caller may append something to the stream. */
    public boolean mayAppend(StreamPath path) {
        return grant.covers(project, path)
                && chain.isEmpty() // an announcement of a stream that a read created would not have the chain
                && (isOfService(path) ? allows(Operation.PROCESS) : allowsSomeAppend());
    }

    /** Whether processors keep leases in the stream: any event there could pause it, and with it the processors. */
    private static boolean isOfService(StreamPath path) {
        return path.equals(SERVICE) || path.value().startsWith(SERVICE + "/");
    }

    private boolean allowsSomeAppend() {
        return Stream.of(Operation.APPEND, Operation.PROCESS, Operation.APPROVE, Operation.CONTROL, Operation.DEPLOY)
                .anyMatch(this::allows);
    }

    /** Requires the right {@code operation}, which an event needs that is stored under {@code type}. */
    public void requireAppend(Operation operation, String type, StreamPath path) {
        if (!allows(operation)) {
            throw lacks(operation, "append '" + shorten(type) + "' to " + path);
        }
    }

    /** Whether the service believes what this caller's events say about their origin. */
    public CallerTrust trust() {
        return allows(Operation.PROCESS) ? CallerTrust.TRUSTED : CallerTrust.UNTRUSTED;
    }

    public void requireProject(Operation operation, String what) {
        if (!grant.covers(project)) {
            throw outOfReach(what + " (they need the prefix /)");
        }
        requireAnywhere(operation, what);
    }

    /** Requires the right to list streams below a path; the list may contain only streams that {@link #sees} allows. */
    public void requireList(StreamPath path) {
        if (!grant.meets(project, path)) {
            throw outOfReach(path.value());
        }
        requireAnywhere(Operation.READ, path.value());
    }

    /** Whether the caller may see that this stream exists. */
    public boolean sees(StreamPath path) {
        return grant.covers(project, path);
    }

    /** Whether the token has not expired and was not revoked. */
    public boolean stillHolds() {
        return holding.test(grant);
    }

    private void requireAnywhere(Operation operation, String what) {
        if (!allows(operation)) {
            throw lacks(operation, verb(operation) + " " + what);
        }
    }

    private static String verb(Operation operation) {
        return switch (operation) {
            case READ -> "read";
            case APPEND -> "append to";
            case PROCESS -> "append as a processor to";
            case APPROVE -> "approve in";
            case CONTROL -> "control";
            case DEPLOY -> "deploy to";
            case ADMIN -> "administer";
        };
    }

    private HttpErrorException lacks(Operation operation, String what) {
        if (grant.allows(operation)) {
            return HttpErrorException.forbidden("a request with the header " + ChainHeader.NAME + " may not " + what
                    + ", which takes '" + operation.word()
                    + "'; the header allows at most '"
                    + chain.map(ChainHeader::most).orElse(Operation.APPEND).word()
                    + "'; for events of '" + Operation.CONTROL.word() + "', append the configuration of the webhook or"
                    + " script again with \"mayControl\": true; for others, let a caller do it");
        }
        return HttpErrorException.forbidden("token " + grant.id() + " may not " + what + "; it does not allow '"
                + operation.word() + "'; use a token that does");
    }

    private HttpErrorException outOfReach(String what) {
        return HttpErrorException.forbidden("token " + grant.id() + " does not cover " + what + " in project " + project
                + "; it covers " + grant.prefix() + " and below"
                + grant.project().map(slug -> " in project " + slug).orElse("") + "; use another token");
    }

    private static String shorten(String type) {
        return type.length() > 80 ? type.substring(0, 80) + "…" : type;
    }
}
