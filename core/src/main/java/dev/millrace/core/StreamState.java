package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.immutables.value.Value;

/** What the log of one stream adds up to, at the head it had when it was asked for. */
@Value.Immutable
@MillraceStyle
public interface StreamState {
    /** The project. */
    ProjectSlug projectSlug();

    /** The stream. */
    StreamPath path();

    /** The last offset. */
    long eventCount();

    /** The streams directly below, in the order in which they were first announced. */
    List<StreamPath> childPaths();

    /** The newest metadata, an object; empty when none was set. */
    JsonNode metadata();

    /** The folded state of every processor the service hosts on this stream, by slug. */
    Map<String, JsonNode> processors();

    /** A new builder. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds states. */
    class Builder extends ImmutableStreamState.Builder {
        Builder() {}
    }
}
