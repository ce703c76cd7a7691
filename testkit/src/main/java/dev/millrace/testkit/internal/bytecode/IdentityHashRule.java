package dev.millrace.testkit.internal.bytecode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;

/** A rule that finds calls whose result depends on an identity hash code, which differs from run to run. */
final class IdentityHashRule {
    private static final String HASH = "()I";
    private static final String TEXT = "()Ljava/lang/String;";
    private static final Set<String> PRINTERS = Set.of(
            "java/lang/String.valueOf",
            "java/util/Objects.toString",
            "java/lang/StringBuilder.append",
            "java/lang/StringBuilder.insert",
            "java/lang/StringBuffer.append");

    private final ClassFileFinder classes;

    IdentityHashRule(ClassFileFinder classes) {
        this.classes = classes;
    }

    /** Why a call of {@code hashCode} or {@code toString} is denied, if it is. */
    Optional<DeniedAction> ofCall(MethodId called, int opcode, List<ValueOrigin> operands) {
        String first = operands.isEmpty() ? null : operands.get(0).type();
        if (called.owner().equals("java/util/Objects") && called.name().equals("hashCode")) {
            return first == null ? Optional.empty() : denial(first, "hashCode", HASH);
        }
        boolean isHash = called.name().equals("hashCode") && called.descriptor().equals(HASH);
        boolean isText = called.name().equals("toString") && called.descriptor().equals(TEXT);
        if (!(isHash || isText) || opcode == Opcodes.INVOKESTATIC) {
            return Optional.empty();
        }
        boolean isOfObject = called.owner().equals("java/lang/Object") && opcode != Opcodes.INVOKESPECIAL;
        String type = isOfObject ? first : called.owner();
        return type == null ? Optional.empty() : denial(type, called.name(), called.descriptor());
    }

    private Optional<DeniedAction> denial(String type, String method, String descriptor) {
        if (!type.startsWith("[") && !endsIn(type, method, descriptor)) {
            return Optional.empty();
        }
        return Optional.of(new DeniedAction(
                ImpurityKind.IDENTITY,
                MethodId.dotted(type) + "." + method + "(), which does not depend on its fields"));
    }

    /** Whether an object of exactly this class inherits the method from Object, or its hash code from Enum. */
    private boolean endsIn(String type, String name, String descriptor) {
        boolean isAbstract = classes.find(type).isEmpty()
                || (classes.has(type, Opcodes.ACC_ABSTRACT) && !classes.isSubtype(type, "java/lang/Enum"));
        if (isAbstract) {
            return false;
        }
        return classes.resolve(type, name, descriptor)
                .map(found -> found.type().name)
                .filter(owner ->
                        owner.equals("java/lang/Object") || (owner.equals("java/lang/Enum") && name.equals("hashCode")))
                .isPresent();
    }

    /** The types whose objects a call converts to text. */
    List<String> printed(MethodId called, List<ValueOrigin> operands) {
        if (!PRINTERS.contains(called.owner() + "." + called.name()) || operands.isEmpty()) {
            return List.of();
        }
        return types(List.of(operands.get(operands.size() - 1)));
    }

    /** The known types of values, without texts. */
    static List<String> types(List<ValueOrigin> values) {
        List<String> types = new ArrayList<>();
        for (ValueOrigin value : values) {
            String type = value.type();
            if (type != null && !type.equals("java/lang/String") && !type.equals("[C")) {
                types.add(type);
            }
        }
        return types;
    }

    /** Why a record's generated {@code hashCode} or {@code toString} is denied, if it is. */
    Optional<DeniedAction> ofRecord(InvokeDynamicInsnNode method) {
        for (Object argument : method.bsmArgs) {
            if (argument instanceof Handle getter) {
                Type type = Type.getType(getter.getDesc());
                if (type.getSort() == Type.OBJECT || type.getSort() == Type.ARRAY) {
                    MethodId called = new MethodId(
                            type.getInternalName(), method.name, method.name.equals("hashCode") ? HASH : TEXT);
                    Optional<DeniedAction> found = called.owner().equals("java/lang/Object")
                            ? Optional.empty()
                            : ofCall(called, Opcodes.INVOKEVIRTUAL, List.of());
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }
}
