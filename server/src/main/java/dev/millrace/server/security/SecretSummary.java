package dev.millrace.server.security;

import java.time.Instant;
import java.util.Optional;

/**
 * What may be told of a secret: everything but its value.
 *
 * @param id a random UUID
 * @param name unique in its project, trimmed
 * @param description what it is for, if somebody said so
 * @param createdAt when it was stored
 * @param updatedAt when it was last changed; secrets are replaced, not changed, so this is {@code createdAt}
 */
public record SecretSummary(
        String id, String name, Optional<String> description, Instant createdAt, Instant updatedAt) {}
