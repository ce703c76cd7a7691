package dev.millrace.testkit;

import org.jspecify.annotations.Nullable;
import org.objectweb.asm.tree.analysis.Value;

/**
 * What the scan knows of a value while it follows a method.
 *
 * @param size 2 for long and double, 1 for everything else
 * @param type its class or array type, if known
 * @param shared the field it was read from, if others can see it too; for the processor itself, its name and no field
 * @param taint what must not be called and was called for it, if anything
 * @param text the text itself, if it is a constant
 */
record Origin(
        int size,
        @Nullable String type,
        @Nullable Place shared,
        @Nullable Denial taint,
        @Nullable String text) implements Value {
    static final Origin ONE = new Origin(1, null, null, null, null);
    static final Origin TWO = new Origin(2, null, null, null, null);

    /** A field, or an object with no field name. */
    record Place(String owner, String field, String descriptor) {
        String inWords() {
            return field.isEmpty() ? CodeUnit.simple(owner) : CodeUnit.simple(owner) + "." + field;
        }
    }

    static Origin of(int size, @Nullable String type) {
        return type == null ? (size == 2 ? TWO : ONE) : new Origin(size, type, null, null, null);
    }

    static Origin text(String text) {
        return new Origin(1, "java/lang/String", null, null, text);
    }

    Origin withType(@Nullable String newType) {
        return new Origin(size, newType, shared, taint, text);
    }

    Origin withShared(@Nullable Place place) {
        return new Origin(size, type, place, taint, text);
    }

    Origin withTaint(@Nullable Denial denial) {
        return new Origin(size, type, shared, denial, text);
    }

    /** What is known of a value that is one of two. */
    Origin or(Origin other) {
        if (equals(other)) {
            return this;
        }
        return new Origin(
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
