package dev.millrace.tools.mcp.server;

import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams that the tools may name: the root of the server and all below it. Thread-safe. */
final class StreamScope {
    /** The argument of each tool that names a stream. */
    static final String PATH = "path";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final EventStreams streams;
    private final BlockingEventStreams blocking;
    private final StreamPath root;
    private final Set<StreamPath> existing = ConcurrentHashMap.newKeySet();

    StreamScope(EventStreams streams, StreamPath root) {
        this.streams = streams;
        this.blocking = streams.blocking(LIMIT);
        this.root = root;
    }

    EventStreams streams() {
        return streams;
    }

    /** The streams with a limit of 30 s for each call. */
    BlockingEventStreams blocking() {
        return blocking;
    }

    /** The property {@code path} of a JSON schema. */
    String pathProperty() {
        return "\"path\": {\"type\": \"string\", \"description\": \"The stream: " + root
                + " or one below it, as an absolute path. Default: " + root + "\"}";
    }

    /**
     * The stream of a call.
     *
     * @throws IllegalArgumentException if the path is not valid, or outside of the root
     */
    StreamPath path(ToolArguments arguments) {
        StreamPath path = arguments.text(PATH).map(StreamPath::of).orElse(root);
        if (!path.equals(root) && !path.isBelow(root)) {
            throw new IllegalArgumentException("path " + path + " is outside of " + root
                    + ", which this server offers; leave path out for " + root + ", or give one that begins with "
                    + root
                    + "/");
        }
        return path;
    }

    /**
     * Fails if the stream does not exist: a read would create it. A list does not; it is read once for each stream.
     *
     * @param what what fails, for the message
     */
    void requireExisting(StreamPath path, String what) {
        if (existing.contains(path)) {
            return;
        }
        if (blocking.list(path).isEmpty()) {
            throw new StreamException(
                    StreamException.Code.STREAM_NOT_FOUND,
                    path,
                    what + " failed: " + path + "; there is no such stream; see childPaths in the state of "
                            + (path.equals(root) ? "a stream above it" : root.toString())
                            + " for those that exist, or create it with append");
        }
        existing.add(path);
    }
}
