package dev.millrace.processors.agent.tool;

import java.util.Optional;

/**
 * Who decided about a call: a person or a service. The name is what the caller says; a server with tokens checks only
 * that the token has the operation {@code approve}.
 *
 * @param person the name of a person
 * @param service the name of a service
 * @since 0.1
 */
public record By(Optional<String> person, Optional<String> service) {
    /**
     * Checks the names.
     *
     * @throws IllegalArgumentException if not exactly one of them is there, or it is blank
     */
    public By {
        if (person.isPresent() == service.isPresent()) {
            throw new IllegalArgumentException("by must have either person or service");
        }
        if (person.or(() -> service).filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException("the name in by must not be blank");
        }
    }

    /** A person. */
    public static By person(String name) {
        return new By(Optional.of(name), Optional.empty());
    }

    /** A service. */
    public static By service(String name) {
        return new By(Optional.empty(), Optional.of(name));
    }

    /** The name. */
    public String name() {
        return person.or(() -> service).orElseThrow();
    }
}
