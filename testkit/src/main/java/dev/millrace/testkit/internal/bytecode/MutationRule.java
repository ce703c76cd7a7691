package dev.millrace.testkit.internal.bytecode;

import dev.millrace.testkit.internal.bytecode.ValueOrigin.Place;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/** Which instructions change something that others can see. */
final class MutationRule {
    private static final List<String> MUTABLE = List.of(
            "java/util/Collection",
            "java/util/Map",
            "java/util/Map$Entry",
            "java/util/Iterator",
            "java/util/BitSet",
            "java/lang/StringBuilder",
            "java/lang/StringBuffer",
            "java/util/Dictionary",
            "com/fasterxml/jackson/databind/node/ContainerNode");
    private static final Set<String> MUTATORS = Set.of(
            "add",
            "addAll",
            "addFirst",
            "addLast",
            "addElement",
            "put",
            "putAll",
            "putIfAbsent",
            "putFirst",
            "putLast",
            "remove",
            "removeAll",
            "removeIf",
            "removeFirst",
            "removeLast",
            "retainAll",
            "clear",
            "set",
            "setValue",
            "setAll",
            "sort",
            "replace",
            "replaceAll",
            "merge",
            "compute",
            "computeIfAbsent",
            "computeIfPresent",
            "push",
            "pop",
            "poll",
            "pollFirst",
            "pollLast",
            "offer",
            "offerFirst",
            "offerLast",
            "take",
            "drainTo",
            "flip",
            "next",
            "insert",
            "append",
            "delete",
            "deleteCharAt",
            "setLength",
            "setCharAt",
            "putObject",
            "putArray",
            "addObject",
            "addArray",
            "without",
            "retain");
    private static final Set<String> MUTATING_STATICS =
            Set.of("sort", "fill", "setAll", "addAll", "reverse", "swap", "rotate");

    private final ClassFileFinder classes;

    MutationRule(ClassFileFinder classes) {
        this.classes = classes;
    }

    /** What an instruction changes, if it is a shared place. */
    Optional<Place> of(AbstractInsnNode instruction, List<ValueOrigin> operands) {
        int opcode = instruction.getOpcode();
        if (opcode == Opcodes.PUTSTATIC) {
            FieldInsnNode field = (FieldInsnNode) instruction;
            return Optional.of(new Place(field.owner, field.name, field.desc));
        }
        if (opcode == Opcodes.PUTFIELD) {
            FieldInsnNode field = (FieldInsnNode) instruction;
            return shared(operands, 2).map(receiver -> new Place(field.owner, field.name, field.desc));
        }
        if (opcode >= Opcodes.IASTORE && opcode <= Opcodes.SASTORE) {
            return shared(operands, 3);
        }
        if (instruction instanceof MethodInsnNode call && !operands.isEmpty()) {
            boolean changes = opcode == Opcodes.INVOKESTATIC
                    ? (call.owner.equals("java/util/Collections") || call.owner.equals("java/util/Arrays"))
                            && MUTATING_STATICS.contains(call.name)
                    : MUTATORS.contains(call.name)
                            && ClassFileFinder.isTrusted(call.owner)
                            && MUTABLE.stream().anyMatch(type -> classes.isSubtype(call.owner, type));
            return changes ? Optional.ofNullable(operands.get(0).shared()) : Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<Place> shared(List<ValueOrigin> operands, int fromTop) {
        return Optional.ofNullable(operands.get(operands.size() - fromTop).shared());
    }
}
