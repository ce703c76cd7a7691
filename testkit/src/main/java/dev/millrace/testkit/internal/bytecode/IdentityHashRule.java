package dev.millrace.testkit.internal.bytecode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;

/** Which calls end in the hash code that an object has of its own, and no other run gives it. */
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

    /** What is wrong with a call of {@code hashCode} or {@code toString}, if anything is. */
    Optional<DeniedAction> ofCall(MethodId called, int opcode, List<ValueOrigin> operands) {
        String declared = called.owner();
        if (called.owner().equals("java/util/Objects") && called.name().equals("hashCode")) {
            return hash(operands.get(0).type());
        }
        boolean isHash = called.name().equals("hashCode") && called.descriptor().equals(HASH);
        boolean isText = called.name().equals("toString") && called.descriptor().equals(TEXT);
        if (!(isHash || isText) || opcode == Opcodes.INVOKESTATIC) {
            return Optional.empty();
        }
        String known = operands.isEmpty() ? null : operands.get(0).type();
        String type = declared.equals("java/lang/Object") && known != null ? known : declared;
        if (opcode == Opcodes.INVOKESPECIAL) {
            type = declared;
        } else if (declared.equals("java/lang/Object") && known == null) {
            return Optional.empty();
        }
        return isHash ? hash(type) : text(type);
    }

    private Optional<DeniedAction> hash(@Nullable String type) {
        if (type == null || !(type.startsWith("[") || endsIn(type, "hashCode", HASH))) {
            return Optional.empty();
        }
        return Optional.of(new DeniedAction(
                ImpurityKind.IDENTITY, MethodId.dotted(type) + ".hashCode(), which is not defined by its fields"));
    }

    private Optional<DeniedAction> text(String type) {
        if (!(type.startsWith("[") || endsIn(type, "toString", TEXT))) {
            return Optional.empty();
        }
        return Optional.of(new DeniedAction(
                ImpurityKind.IDENTITY, MethodId.dotted(type) + ".toString(), which is not defined by its fields"));
    }

    /** Whether the method is the one of Object, or the hash code of an enum, for an object of exactly this class. */
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

    /** The types of what a call makes text of. */
    List<String> printed(MethodId called, List<ValueOrigin> operands) {
        if (!PRINTERS.contains(called.owner() + "." + called.name()) || operands.isEmpty()) {
            return List.of();
        }
        return types(List.of(operands.get(operands.size() - 1)));
    }

    /** The types of what a concatenation makes text of. */
    List<String> printed(InvokeDynamicInsnNode concatenation, List<ValueOrigin> operands) {
        return types(operands);
    }

    private static List<String> types(List<ValueOrigin> values) {
        List<String> types = new ArrayList<>();
        for (ValueOrigin value : values) {
            String type = value.type();
            if (type != null && !type.equals("java/lang/String") && !type.equals("[C")) {
                types.add(type);
            }
        }
        return types;
    }

    /** What is wrong with a record's own {@code hashCode} or {@code toString}, if anything is. */
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
