package dev.millrace.cli;

import dev.millrace.core.BuiltInType;

/** Event types as people read them: built-in ones without the part that they all share. */
final class TypeName {
    private static final String SHARED = "/events/stream/";
    private static final String OWN = "millrace/";

    private TypeName() {}

    /** {@code initialized} for every spelling of it, {@code processor-attached} for our own; others as they are. */
    static String brief(String type) {
        return BuiltInType.of(type)
                .map(builtIn -> {
                    String written = builtIn.type();
                    int shared = written.indexOf(SHARED);
                    return shared < 0
                            ? written.substring(written.startsWith(OWN) ? OWN.length() : 0)
                            : written.substring(shared + SHARED.length());
                })
                .orElse(type);
    }
}
