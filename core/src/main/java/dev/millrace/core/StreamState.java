package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.immutables.value.Value;

/**
 * The state of one stream, computed from its events up to the head at the time of the request.
 *
 * @since 0.1
 */
@Value.Immutable(copy = false)
@MillraceStyle
public interface StreamState {
    ProjectSlug projectSlug();

    StreamPath path();

    /** The last offset. */
    long eventCount();

    /** The streams directly below, in the order of their creation. */
    List<StreamPath> childPaths();

    /** The newest metadata, an object; empty if there are none. */
    JsonNode metadata();

    /** The state of every processor that the service runs on this stream, by slug. */
    Map<String, JsonNode> processors();

    static Builder builder() {
        return new Builder();
    }

    class Builder extends ImmutableStreamState.Builder {
        Builder() {}
    }
}
