package dev.millrace.server.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** A stored token: its grant and its hash. A token has 256 random bits, so a plain SHA-256 hash is enough. */
@SuppressWarnings("ArrayRecordComponent") // compared in constant time, by matches
record StoredToken(Grant grant, byte[] hash, Instant createdAt) {
    static byte[] hashOf(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Compares the hashes in constant time. */
    boolean matches(byte[] other) {
        return MessageDigest.isEqual(hash, other);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", grant.id()).put("sha256", Base64.getEncoder().encodeToString(hash));
        grant.project().ifPresent(project -> json.put("project", project.value()));
        json.put("prefix", grant.prefix().value());
        ArrayNode allow = json.putArray("allow");
        grant.operations().stream().sorted().forEach(operation -> allow.add(operation.word()));
        grant.expiresAt().ifPresent(end -> json.put("expiresAt", JsonCodec.time(end)));
        return json.put("createdAt", JsonCodec.time(createdAt));
    }

    /** Parses an entry; throws a {@link RuntimeException} if the JSON is none. */
    static StoredToken fromJson(JsonNode json) {
        Set<Operation> operations = EnumSet.noneOf(Operation.class);
        json.required("allow").forEach(word -> operations.add(Operation.of(word.asText())));
        return new StoredToken(
                new Grant(
                        json.required("id").textValue(),
                        Optional.ofNullable(json.path("project").textValue()).map(ProjectSlug::of),
                        StreamPath.of(json.required("prefix").textValue()),
                        operations,
                        Optional.ofNullable(json.path("expiresAt").textValue()).map(Instant::parse)),
                Base64.getDecoder().decode(json.required("sha256").textValue()),
                Instant.parse(json.required("createdAt").textValue()));
    }
}
