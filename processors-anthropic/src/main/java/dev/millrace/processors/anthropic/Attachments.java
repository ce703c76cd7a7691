package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Converts attachments to content blocks: {@code input_image} and {@code input_file}, as OpenAI writes them, and the
 * blocks {@code image} and {@code document} of this service. Data must be base64, and an address must use https,
 * because the service would refuse this request and all later ones.
 */
final class Attachments {
    static final String IMAGE = "input_image";
    static final String FILE = "input_file";

    private static final Set<String> TYPES = Set.of(IMAGE, FILE, "image", "document");
    private static final Set<String> IMAGE_TYPES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");
    private static final String PDF = "application/pdf";
    private static final String DATA = "data:";
    private static final String BASE64 = ";base64";

    private Attachments() {}

    static boolean isAttachment(JsonNode part) {
        return TYPES.contains(part.path("type").asText());
    }

    /** The block of an attachment; empty if the service or the model cannot read it. */
    static Optional<ObjectNode> block(JsonNode part, Set<String> unsupported) {
        String type = part.path("type").asText();
        boolean image = type.equals(IMAGE) || type.equals("image");
        if (unsupported.contains(image ? IMAGE : FILE)) {
            return Optional.empty();
        }
        String address = address(part, type);
        Optional<ObjectNode> source = address.startsWith("https://")
                ? Optional.of(source("url").put("url", address))
                : dataSource(address, image);
        return source.map(found -> {
            ObjectNode block = JsonNodeFactory.instance.objectNode().put("type", image ? "image" : "document");
            block.set("source", found);
            String title = part.path("filename").asText(part.path("title").asText(""));
            return image || title.isBlank() ? block : block.put("title", title);
        });
    }

    /** The data or the address of an attachment, as a URL. */
    private static String address(JsonNode part, String type) {
        JsonNode source = part.path("source");
        return switch (type) {
            case IMAGE ->
                part.path("image_url").asText("") + part.at("/image_url/url").asText("");
            case FILE -> part.path("file_data").asText(part.path("file_url").asText(""));
            default ->
                switch (source.path("type").asText()) {
                    case "url" -> source.path("url").asText("");
                    case "base64" ->
                        DATA + source.path("media_type").asText("") + BASE64 + ","
                                + source.path("data").asText("");
                    default -> "";
                };
        };
    }

    private static Optional<ObjectNode> dataSource(String url, boolean image) {
        int comma = url.indexOf(',');
        if (!url.startsWith(DATA) || comma < 0) {
            return Optional.empty();
        }
        String meta = url.substring(DATA.length(), comma).toLowerCase(Locale.ROOT);
        String data = url.substring(comma + 1);
        Optional<byte[]> bytes = meta.endsWith(BASE64) ? decoded(data) : Optional.empty();
        String named = meta.split(";", 2)[0];
        String mediaType = named.equals("image/jpg") ? "image/jpeg" : named;
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        if (image ? IMAGE_TYPES.contains(mediaType) : mediaType.equals(PDF)) {
            return Optional.of(source("base64").put("media_type", mediaType).put("data", data));
        }
        String text = new String(bytes.get(), StandardCharsets.UTF_8);
        return image || !mediaType.startsWith("text/") || text.isBlank()
                ? Optional.empty()
                : Optional.of(source("text").put("media_type", "text/plain").put("data", text));
    }

    private static Optional<byte[]> decoded(String data) {
        try {
            return Optional.of(Base64.getDecoder().decode(data)).filter(bytes -> bytes.length > 0);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static ObjectNode source(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }
}
