package dev.millrace.server.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** A stored secret; {@code sealed} is its encrypted value. */
record StoredSecret(ProjectSlug project, SecretSummary summary, String sealed) {
    /**
     * The label to which a value is bound, so that moving it in the file to another name or project makes it
     * unreadable.
     */
    static byte[] label(ProjectSlug project, String name) {
        String slug = project.value();
        return (slug.length() + ":" + slug + name).getBytes(StandardCharsets.UTF_8);
    }

    boolean is(ProjectSlug whose, String name) {
        return project.equals(whose) && summary.name().equals(name);
    }

    Optional<String> open(AesGcmCipher aesGcmCipher) {
        return aesGcmCipher.open(sealed, label(project, summary.name()));
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

    /** Parses an entry; throws a {@link RuntimeException} if the JSON is none. */
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
