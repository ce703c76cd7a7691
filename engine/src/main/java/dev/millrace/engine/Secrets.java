package dev.millrace.engine;

import dev.millrace.core.ProjectSlug;
import java.util.Optional;

/**
 * A look-up of the secrets of projects, for hosted processors. Safe for use by many threads.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Secrets {
    /** No secrets at all. */
    Secrets NONE = (project, name) -> Optional.empty();

    /** The value under a name, if there is one. Do not write it to an event, a log or a message. */
    Optional<String> find(ProjectSlug project, String name);
}
