package dev.millrace.testkit.internal.bytecode;

import dev.millrace.testkit.internal.bytecode.ValueOrigin.Place;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/** A rule that finds instructions that change shared data. */
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
    private static final Set<String> MUTATORS = Set.of("""
            add addAll addFirst addLast addElement addObject addArray append insert
            put putAll putIfAbsent putFirst putLast putObject putArray merge compute computeIfAbsent computeIfPresent
            remove removeAll removeIf removeFirst removeLast retain retainAll without clear delete deleteCharAt
            set setValue setAll setLength setCharAt replace replaceAll sort flip
            push pop poll pollFirst pollLast offer offerFirst offerLast take drainTo next""".split("\\s+"));
    private static final Set<String> MUTATING_STATICS =
            Set.of("sort", "fill", "setAll", "addAll", "reverse", "swap", "rotate");

    private final ClassFileFinder classes;

    MutationRule(ClassFileFinder classes) {
        this.classes = classes;
    }

    /** The shared place that an instruction changes, if any. */
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
