package dev.millrace.core.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.ReferenceType;
import java.io.IOException;
import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads an absent or null {@code Optional<JsonNode>} as empty; by default the library reads it as a JSON null. */
public final class OptionalJsonDeserializer extends StdDeserializer<Optional<JsonNode>> {
    @Serial
    private static final long serialVersionUID = 1L;

    private OptionalJsonDeserializer(ReferenceType type) {
        super(type);
    }

    public static SimpleModule module() {
        SimpleModule module = new SimpleModule("millrace-optional-json");
        module.setDeserializers(new Finder());
        return module;
    }

    @Override
    public Optional<JsonNode> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return Optional.of(context.readTree(parser));
    }

    @Override
    public Optional<JsonNode> getNullValue(DeserializationContext context) {
        return Optional.empty();
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
        return Optional.empty();
    }

    private static final class Finder extends SimpleDeserializers {
        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable JsonDeserializer<?> findReferenceDeserializer(
                ReferenceType type,
                DeserializationConfig config,
                BeanDescription description,
                @Nullable TypeDeserializer contentTypes,
                @Nullable JsonDeserializer<?> content) {
            boolean ours =
                    type.hasRawClass(Optional.class) && type.getContentType().hasRawClass(JsonNode.class);
            return ours ? new OptionalJsonDeserializer(type) : null;
        }
    }
}
