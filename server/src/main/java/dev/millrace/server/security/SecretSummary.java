package dev.millrace.server.security;

import java.time.Instant;
import java.util.Optional;

/**
 * A secret without its value.
 *
 * @param id a random UUID
 * @param name unique in its project, trimmed
 * @param description a description for people; may be empty
 * @param createdAt when it was stored
 * @param updatedAt equal to {@code createdAt}, because secrets are replaced and not changed
 * @since 0.1
 */
public record SecretSummary(
        String id, String name, Optional<String> description, Instant createdAt, Instant updatedAt) {}
