package dev.millrace.architecture;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Fields, constructors and methods as a source declares them, without names of parameters. */
final class MemberText {
    private static final int MODIFIERS =
            Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT | Modifier.FINAL;

    private MemberText() {}

    static String of(Field field) {
        return modifiers(field.getModifiers()) + " " + TypeText.of(field.getAnnotatedType()) + " " + field.getName();
    }

    static String of(Constructor<?> constructor) {
        return modifiers(constructor.getModifiers())
                + " "
                + variables(constructor)
                + constructor.getDeclaringClass().getSimpleName()
                + parameters(constructor)
                + exceptions(constructor);
    }

    static String of(Method method) {
        int implied = method.getDeclaringClass().isInterface() ? Modifier.ABSTRACT : 0;
        return modifiers(method.getModifiers() & ~implied)
                + (method.isDefault() ? " default " : " ")
                + variables(method)
                + TypeText.of(method.getAnnotatedReturnType())
                + " "
                + nameAndParameters(method)
                + exceptions(method)
                + (method.getDefaultValue() == null ? "" : " default");
    }

    /** What tells a method from the others of its type. */
    static String nameAndParameters(Method method) {
        return method.getName() + parameters(method);
    }

    static String modifiers(int modifiers) {
        return Modifier.toString(modifiers & MODIFIERS);
    }

    private static String variables(Executable executable) {
        String variables = TypeText.variables(executable.getTypeParameters());
        return variables.isEmpty() ? "" : variables + " ";
    }

    private static String parameters(Executable executable) {
        String list = TypeText.list(executable.getAnnotatedParameterTypes());
        return "(" + (executable.isVarArgs() ? list.replaceFirst("\\[]$", "...") : list) + ")";
    }

    private static String exceptions(Executable executable) {
        AnnotatedType[] types = executable.getAnnotatedExceptionTypes();
        Set<String> texts = Arrays.stream(types).map(TypeText::of).collect(Collectors.toCollection(TreeSet::new));
        return texts.isEmpty() ? "" : " throws " + String.join(", ", texts);
    }
}
