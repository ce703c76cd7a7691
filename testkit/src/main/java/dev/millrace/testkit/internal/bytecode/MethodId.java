package dev.millrace.testkit.internal.bytecode;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.objectweb.asm.Type;

/**
 * A method or constructor, with its names in bytecode.
 *
 * @param owner the class, for example {@code java/lang/String}
 * @param name the method, or {@code <init>}
 * @param descriptor its parameters and result
 */
public record MethodId(String owner, String name, String descriptor) {
    /** The name of a class in source code, without its package. */
    static String simple(String owner) {
        return owner.substring(owner.lastIndexOf('/') + 1).replace('$', '.');
    }

    /** The name of a class in source code. */
    static String dotted(String owner) {
        return owner.replace('/', '.');
    }

    /** The short name for messages, without package and parameters. */
    String inWords() {
        String method = switch (name) {
            case "<init>" -> "new";
            case "<clinit>" -> "static initialiser";
            default -> name.startsWith("lambda$") ? "lambda in " + lambdaHost() : name;
        };
        return simple(owner) + "." + method;
    }

    /** The full name for messages, with package and parameters. */
    String asCall() {
        String call = name.equals("<init>") ? "new " + dotted(owner) : dotted(owner) + "." + name;
        return call + "(" + parameters() + ")";
    }

    /** The types of the parameters, without packages: {@code String, int}. */
    String parameters() {
        return Arrays.stream(Type.getArgumentTypes(descriptor))
                .map(Type::getClassName)
                .map(type -> type.substring(type.lastIndexOf('.') + 1))
                .collect(Collectors.joining(", "));
    }

    private String lambdaHost() {
        int end = name.indexOf('$', "lambda$".length());
        return end < 0 ? name : name.substring("lambda$".length(), end);
    }
}
