package dev.millrace.engine.spi;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;

/**
 * The identity of a stream.
 *
 * @param project the project
 * @param path the path inside it
 * @since 0.1
 */
public record StreamKey(ProjectSlug project, StreamPath path) {
    /** Another stream of the same project. */
    public StreamKey at(StreamPath other) {
        return new StreamKey(project, other);
    }

    /** True if the stream is this one or below it. */
    public boolean covers(StreamKey other) {
        return project.equals(other.project) && (path.equals(other.path) || other.path.isBelow(path));
    }

    @Override
    public String toString() {
        return project + ":" + path;
    }
}
