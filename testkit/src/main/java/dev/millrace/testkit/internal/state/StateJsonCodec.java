package dev.millrace.testkit.internal.state;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Processor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A converter of a processor's states to JSON and back. */
public final class StateJsonCodec<S> {
    private final Processor<S> processor;

    public StateJsonCodec(Processor<S> processor) {
        this.processor = processor instanceof InitialStateOverride<S> seeded ? seeded.delegate() : processor;
    }

    /** @throws AssertionError if the state cannot be written as JSON */
    public JsonNode write(S state, String where) {
        try {
            return JsonCodec.toTree(state);
        } catch (IllegalArgumentException e) {
            throw new AssertionError(
                    "State of '" + processor.slug() + "' cannot be written as JSON: " + where + "; " + e.getMessage()
                            + "; make it a record or an annotated class, so that snapshots can contain it",
                    e);
        }
    }

    /** Returns a state that is read from the JSON of this one. */
    public S revive(S state, String where) {
        JsonNode json = write(state, where);
        JavaType type = typeOf(state);
        try {
            @SuppressWarnings("unchecked") // the class of a state of this processor, or the type it declares
            S revived = (S) read(json, type);
            return revived;
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new AssertionError(
                    "State of '" + processor.slug() + "' cannot be read from its JSON: " + where + "; "
                            + e.getMessage() + "; the JSON was " + json + "; make "
                            + type.getRawClass().getSimpleName() + " a record, or tell Jackson how to create it",
                    e);
        }
    }

    /** The class of the state; for a JDK collection, the type that the processor declares. */
    private JavaType typeOf(S state) {
        TypeFactory types = TypeFactory.defaultInstance();
        JavaType own = types.constructType(state.getClass());
        if (!state.getClass().getName().startsWith("java.")) {
            return own;
        }
        JavaType[] declared = types.constructType(processor.getClass()).findTypeParameters(Processor.class);
        return declared.length == 1 && !declared[0].isJavaLangObject() ? declared[0] : own;
    }

    private static Object read(JsonNode json, JavaType type) {
        if (json.isArray() && type.isCollectionLikeType() && type.isInterface()) {
            Collection<Object> items =
                    Set.class.isAssignableFrom(type.getRawClass()) ? new LinkedHashSet<>() : new ArrayList<>();
            json.forEach(item -> items.add(read(item, type.getContentType())));
            return items;
        }
        if (json.isObject()
                && type.isMapLikeType()
                && type.isInterface()
                && type.getKeyType().hasRawClass(String.class)) {
            Map<String, Object> entries = new LinkedHashMap<>();
            json.properties()
                    .forEach(entry -> entries.put(entry.getKey(), read(entry.getValue(), type.getContentType())));
            return entries;
        }
        return JsonCodec.fromTree(json, type.getRawClass());
    }
}
