package dev.millrace.engine;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;

/**
 * The identity of a stream.
 *
 * @param project the project
 * @param path the path inside it
 */
public record StreamKey(ProjectSlug project, StreamPath path) {
    /** Another stream of the same project. */
    public StreamKey at(StreamPath other) {
        return new StreamKey(project, other);
    }

    @Override
    public String toString() {
        return project + ":" + path;
    }
}
