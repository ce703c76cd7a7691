package dev.millrace.testkit.internal.bytecode;

import org.jspecify.annotations.Nullable;
import org.objectweb.asm.tree.analysis.Value;

/**
 * The data that the scan has about a value in a method.
 *
 * @param size 2 for long and double, 1 for everything else
 * @param type its class or array type, if known
 * @param shared the shared field it was read from, if any; for the processor itself, its class without a field
 * @param taint the impure call that it was computed from, if any
 * @param text the text, if it is a constant
 */
record ValueOrigin(
        int size,
        @Nullable String type,
        @Nullable Place shared,
        @Nullable DeniedAction taint,
        @Nullable String text) implements Value {
    static final ValueOrigin ONE = new ValueOrigin(1, null, null, null, null);
    static final ValueOrigin TWO = new ValueOrigin(2, null, null, null, null);

    /** A field, or an object with no field name. */
    record Place(String owner, String field, String descriptor) {
        String inWords() {
            return field.isEmpty() ? MethodId.simple(owner) : MethodId.simple(owner) + "." + field;
        }
    }

    static ValueOrigin of(int size, @Nullable String type) {
        return type == null ? (size == 2 ? TWO : ONE) : new ValueOrigin(size, type, null, null, null);
    }

    static ValueOrigin text(String text) {
        return new ValueOrigin(1, "java/lang/String", null, null, text);
    }

    ValueOrigin withType(@Nullable String newType) {
        return new ValueOrigin(size, newType, shared, taint, text);
    }

    ValueOrigin withShared(@Nullable Place place) {
        return new ValueOrigin(size, type, place, taint, text);
    }

    ValueOrigin withTaint(@Nullable DeniedAction deniedAction) {
        return new ValueOrigin(size, type, shared, deniedAction, text);
    }

    /** The origin of a value that is one of two. */
    ValueOrigin or(ValueOrigin other) {
        if (equals(other)) {
            return this;
        }
        return new ValueOrigin(
                Math.min(size, other.size),
                type != null && type.equals(other.type) ? type : null,
                shared != null ? shared : other.shared,
                taint != null ? taint : other.taint,
                text != null && text.equals(other.text) ? text : null);
    }

    @Override
    public int getSize() {
        return size;
    }
}
