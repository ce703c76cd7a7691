package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * The lease under which an event is appended. The service refuses the append if a newer lease was claimed, or if this
 * one never was. A fence gives no rights: its only effect is that an append can be refused. So every caller may set it.
 * It is sent as {@code metadata.millrace.fence}; a service that does not know it stores it like other metadata.
 *
 * @param slug the processor that the lease is for
 * @param path the stream on which that processor runs
 * @param epoch the number of the lease, from 1
 * @since 0.1
 */
public record Fence(String slug, StreamPath path, int epoch) {
    private static final String MILLRACE = "millrace";
    private static final String KEY = "fence";
    private static final StreamPath LEASES = StreamPath.of("/millrace/leases");

    /** The fence in an event's metadata; empty if there is none, or if it is not well-formed. */
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

    /** The stream in which the leases of a processor on a stream are claimed. */
    public static StreamPath leases(String slug, StreamPath path) {
        return StreamPath.of(LEASES + "/" + slug.replace('.', '_') + (path.isRoot() ? "" : path.value()));
    }

    /** True if leases are claimed in this stream or in streams below it. */
    public static boolean isLeaseStream(StreamPath path) {
        return path.equals(LEASES) || path.isBelow(LEASES);
    }

    /** The idempotency key of the claim of an epoch in {@link #leases}: the first claim is stored. */
    public static String claimKey(String slug, int epoch) {
        return "lease/" + slug + "/" + epoch;
    }

    public StreamPath leases() {
        return leases(slug, path);
    }

    public String claimKey() {
        return claimKey(slug, epoch);
    }

    /** The key of the next claim, which ends this lease. */
    public String nextClaimKey() {
        return claimKey(slug, epoch + 1);
    }

    /** This fence as event metadata, added to {@code others}. */
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
