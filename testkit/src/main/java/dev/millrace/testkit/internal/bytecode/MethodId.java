package dev.millrace.testkit.internal.bytecode;

import org.objectweb.asm.Type;

/**
 * A method or constructor, by the names that bytecode has for them.
 *
 * @param owner the class, {@code java/lang/String} say
 * @param name the method, or {@code <init>}
 * @param descriptor its parameters and result
 */
public record MethodId(String owner, String name, String descriptor) {
    /** A class as a source names it, without its package. */
    static String simple(String owner) {
        return owner.substring(owner.lastIndexOf('/') + 1).replace('$', '.');
    }

    /** A class as a source names it. */
    static String dotted(String owner) {
        return owner.replace('/', '.');
    }

    /** As a message names it, without package and parameters. */
    String inWords() {
        String method = switch (name) {
            case "<init>" -> "new";
            case "<clinit>" -> "static initialiser";
            default -> name.startsWith("lambda$") ? "lambda in " + lambdaHost() : name;
        };
        return simple(owner) + "." + method;
    }

    /** With its package and its parameters, as a call in a message. */
    String asCall() {
        StringBuilder parameters = new StringBuilder();
        for (Type parameter : Type.getArgumentTypes(descriptor)) {
            String type = parameter.getClassName();
            parameters.append(parameters.isEmpty() ? "" : ", ").append(type.substring(type.lastIndexOf('.') + 1));
        }
        String call = name.equals("<init>") ? "new " + dotted(owner) : dotted(owner) + "." + name;
        return call + "(" + parameters + ")";
    }

    private String lambdaHost() {
        int end = name.indexOf('$', "lambda$".length());
        return end < 0 ? name : name.substring("lambda$".length(), end);
    }
}
