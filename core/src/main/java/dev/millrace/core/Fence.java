package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Under which lease an event is appended: the service refuses it when that lease has passed to somebody else. It travels as
 * {@code metadata.millrace.fence}, so that it reaches the service by every way an event can, and a service that does not
 * know it stores it as any metadata. It can only make an append be refused, so nobody has to be trusted with it.
 *
 * @param slug the processor that the lease is for
 * @param path the stream on which it runs
 * @param epoch the lease, counted from 1
 */
public record Fence(String slug, StreamPath path, int epoch) {
    private static final String MILLRACE = "millrace";
    private static final String KEY = "fence";

    /** Reads the fence out of an event's metadata; empty when there is none or it is not well formed. */
    public static Optional<Fence> of(JsonNode metadata) {
        JsonNode own = metadata.path(MILLRACE).path(KEY);
        JsonNode epoch = own.path("epoch");
        boolean wellFormed = own.path("slug").isTextual()
                && own.path("path").isTextual()
                && epoch.isIntegralNumber()
                && epoch.canConvertToInt()
                && epoch.intValue() > 0;
        if (!wellFormed) {
            return Optional.empty();
        }
        try {
            Fence fence = new Fence(
                    own.path("slug").textValue(), StreamPath.of(own.path("path").textValue()), epoch.intValue());
            return fence.leases().value().isEmpty() ? Optional.empty() : Optional.of(fence);
        } catch (IllegalArgumentException notAPath) {
            return Optional.empty();
        }
    }

    /** The stream in which the leases of a processor on a stream are claimed: beside the agents, not among them. */
    public static StreamPath leases(String slug, StreamPath path) {
        return StreamPath.of("/millrace/leases/" + slug.replace('.', '_') + (path.isRoot() ? "" : path.value()));
    }

    /** The key under which the claim of an epoch is appended to {@link #leases}: the first one wins. */
    public static String claimKey(String slug, int epoch) {
        return "lease/" + slug + "/" + epoch;
    }

    /** The stream in which this lease was claimed. */
    public StreamPath leases() {
        return leases(slug, path);
    }

    /** The key of the claim of this lease. */
    public String claimKey() {
        return claimKey(slug, epoch);
    }

    /** The key of the claim that ends this lease. */
    public String nextClaimKey() {
        return claimKey(slug, epoch + 1);
    }

    /** This fence as event metadata, beside whatever {@code others} holds. */
    public ObjectNode asMetadata(Optional<JsonNode> others) {
        ObjectNode metadata = others.filter(JsonNode::isObject)
                .<ObjectNode>map(JsonNode::deepCopy)
                .orElseGet(JsonNodeFactory.instance::objectNode);
        JsonNode known = metadata.path(MILLRACE);
        ObjectNode own = known instanceof ObjectNode object ? object : metadata.putObject(MILLRACE);
        own.putObject(KEY).put("slug", slug).put("path", path.value()).put("epoch", epoch);
        return metadata;
    }
}
