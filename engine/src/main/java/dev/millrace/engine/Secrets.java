package dev.millrace.engine;

import dev.millrace.core.ProjectSlug;
import java.util.Optional;

/** Where hosted processors find the secrets of a project. Safe for use by many threads. */
@FunctionalInterface
public interface Secrets {
    /** No secrets at all. */
    Secrets NONE = (project, name) -> Optional.empty();

    /** The value under a name, if there is one. It must not reach an event, a log or a message. */
    Optional<String> find(ProjectSlug project, String name);
}
