package dev.millrace.tools.mcp;

import dev.millrace.core.JsonCodec;
import io.modelcontextprotocol.spec.McpSchema.AudioContent;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ResourceContents;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The result of a call as text for the model. */
final class ResultText {
    private ResultText() {}

    static String of(CallToolResult result) {
        List<Content> content = result.content() == null ? List.of() : result.content();
        String text = content.stream().map(ResultText::of).collect(Collectors.joining("\n"));
        if (text.isBlank() && result.structuredContent() != null) {
            return JsonCodec.writeText(JsonCodec.toTree(result.structuredContent()));
        }
        return text.isBlank() ? "Done; there is no result." : text;
    }

    private static String of(Content content) {
        if (content instanceof TextContent text) {
            return text.text() == null ? "" : text.text();
        }
        if (content instanceof ImageContent image) {
            return data("an image", image.mimeType(), image.data());
        }
        if (content instanceof AudioContent audio) {
            return data("audio", audio.mimeType(), audio.data());
        }
        if (content instanceof EmbeddedResource embedded) {
            return of(embedded.resource());
        }
        return content instanceof ResourceLink link
                ? "[a link to " + link.name() + ": " + link.uri() + "]"
                : "[content of the type " + content.type() + "]";
    }

    private static String of(ResourceContents resource) {
        if (resource instanceof TextResourceContents text) {
            return "[" + text.uri() + "]\n" + text.text();
        }
        return resource instanceof BlobResourceContents blob
                ? data("the resource " + blob.uri(), blob.mimeType(), blob.blob())
                : "[the resource " + resource.uri() + "]";
    }

    private static String data(String what, @Nullable String type, @Nullable String base64) {
        int bytes = base64 == null ? 0 : base64.length() / 4 * 3;
        return String.format(
                Locale.ROOT, "[%s, %s, about %,d bytes; not shown]", what, type == null ? "unknown type" : type, bytes);
    }
}
