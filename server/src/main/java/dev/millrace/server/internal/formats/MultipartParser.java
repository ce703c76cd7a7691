package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A parser of {@code multipart} bodies (RFC 7578, RFC 2046): the fields as text; of each file its name, size and hash.
 * For one body and thread.
 */
final class MultipartParser extends MultiPart.AbstractPartsListener {
    private static final int MOST_PARTS = 1_000;
    private static final int LONGEST_PART_HEADERS = 8 * 1024;

    private final ObjectNode form = JsonNodeFactory.instance.objectNode();
    private final ObjectNode files = JsonNodeFactory.instance.objectNode();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private boolean isComplete;
    private boolean isBroken;

    private MultipartParser() {}

    /**
     * Returns {@code {contentType, form, files?}}. A field is a text, a file is {@code {filename?, contentType?, size,
     * sha256}}, and what has the same name as another one is in a list. A part without a file name whose bytes are no
     * text counts as a file. Empty if the body does not follow the format, or has more than 1,000 parts.
     */
    static Optional<ObjectNode> parse(MediaType type, byte[] body) {
        MultipartParser parts = new MultipartParser();
        try {
            String boundary = MultiPart.extractBoundary(String.valueOf(type.header()));
            if (boundary == null || boundary.isEmpty()) {
                return Optional.empty();
            }
            MultiPart.Parser parser = new MultiPart.Parser(boundary, parts);
            parser.setMaxParts(MOST_PARTS);
            parser.setPartHeadersMaxLength(LONGEST_PART_HEADERS);
            parser.parse(Content.Chunk.from(ByteBuffer.wrap(body), true));
        } catch (RuntimeException malformed) {
            return Optional.empty();
        }
        if (parts.isBroken || !parts.isComplete) {
            return Optional.empty();
        }
        ObjectNode described = JsonNodeFactory.instance.objectNode().put("contentType", type.header());
        described.set("form", parts.form);
        if (!parts.files.isEmpty()) {
            described.set("files", parts.files);
        }
        return Optional.of(described);
    }

    @Override
    public void onPartContent(Content.Chunk chunk) {
        byte[] bytes = new byte[chunk.remaining()];
        chunk.getByteBuffer().slice().get(bytes);
        content.writeBytes(bytes);
    }

    @Override
    public void onPart(@Nullable String name, @Nullable String fileName, HttpFields headers) {
        byte[] bytes = content.toByteArray();
        content.reset();
        String field = name == null ? "" : name;
        MediaType type = MediaType.of(headers.get(HttpHeader.CONTENT_TYPE));
        Optional<String> text = fileName == null
                ? BodyText.ofText(type, bytes).map(BodyText::text).filter(OpaqueBodyEncoder::isWellFormed)
                : Optional.empty();
        if (text.isPresent()) {
            RepeatedFields.add(form, field, JsonNodeFactory.instance.textNode(text.get()));
        } else {
            RepeatedFields.add(files, field, file(fileName, type, bytes));
        }
    }

    private static ObjectNode file(@Nullable String fileName, MediaType type, byte[] bytes) {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        if (fileName != null) {
            file.put("filename", fileName);
        }
        if (type.header() != null) {
            file.put("contentType", type.header());
        }
        return file.put("size", bytes.length).put("sha256", Sha256.hex(bytes));
    }

    @Override
    public void onComplete() {
        isComplete = true;
    }

    @Override
    public void onFailure(Throwable failure) {
        isBroken = true;
    }
}
