package dev.millrace.server.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * A secret as it is kept.
 *
 * @param project whose it is
 * @param summary what may be told of it
 * @param sealed its value, encrypted
 */
record StoredSecret(ProjectSlug project, SecretSummary summary, String sealed) {
    /** What a value is bound to, so that nobody who writes the file can move it to another name or project. */
    static byte[] label(ProjectSlug project, String name) {
        String slug = project.value();
        return (slug.length() + ":" + slug + name).getBytes(StandardCharsets.UTF_8);
    }

    boolean is(ProjectSlug whose, String name) {
        return project.equals(whose) && summary.name().equals(name);
    }

    Optional<String> open(AesGcmCipher seal) {
        return seal.open(sealed, label(project, summary.name()));
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", summary.id())
                .put("project", project.value())
                .put("name", summary.name())
                .put("createdAt", JsonCodec.time(summary.createdAt()))
                .put("updatedAt", JsonCodec.time(summary.updatedAt()))
                .put("sealed", sealed);
        summary.description().ifPresent(text -> json.put("description", text));
        return json;
    }

    /**
     * Reads an entry.
     *
     * @throws RuntimeException when the JSON is not one
     */
    static StoredSecret fromJson(JsonNode json) {
        return new StoredSecret(
                ProjectSlug.of(json.required("project").textValue()),
                new SecretSummary(
                        json.required("id").textValue(),
                        json.required("name").textValue(),
                        Optional.ofNullable(json.path("description").textValue()),
                        Instant.parse(json.required("createdAt").textValue()),
                        Instant.parse(json.required("updatedAt").textValue())),
                json.required("sealed").textValue());
    }
}
