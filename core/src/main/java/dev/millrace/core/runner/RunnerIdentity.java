package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;

/**
 * The run that a {@link RunnerListener} is called for.
 *
 * @param processor the slug of the processor
 * @param version its version
 * @param path the stream
 * @since 0.1
 */
public record RunnerIdentity(String processor, int version, StreamPath path) {
    @Override
    public String toString() {
        return processor + " v" + version + " on " + path;
    }
}
