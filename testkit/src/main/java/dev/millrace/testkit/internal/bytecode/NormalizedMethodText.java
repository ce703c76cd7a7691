package dev.millrace.testkit.internal.bytecode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.MultiANewArrayInsnNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * A converter of methods to text that is the same for all compilers. The text has no line numbers, no names of lambdas
 * and anonymous classes, no variable numbers and no kinds of calls. The body of a lambda is at the place where the
 * lambda is created, and a string concatenation lists only its operands. Not thread-safe.
 */
final class NormalizedMethodText {
    private static final Pattern UNNAMED = Pattern.compile("[\\w/$]+\\$\\d+\\w*");
    private static final Set<String> OF_EVERY_OBJECT = Set.of(
            "equals(Ljava/lang/Object;)Z",
            "hashCode()I",
            "toString()Ljava/lang/String;",
            "getClass()Ljava/lang/Class;");

    private final ClassFileFinder classes;
    private final Map<String, String> unnamed = new HashMap<>();
    private final EnumSwitchReader switches;
    private final StringBuilder text = new StringBuilder();

    NormalizedMethodText(ClassFileFinder classes) {
        this.classes = classes;
        this.switches = new EnumSwitchReader(classes);
    }

    String of(ClassFileFinder.Declared declared) {
        text.setLength(0);
        unnamed.clear();
        write(declared.type().name, declared.method());
        return text.toString();
    }

    private void write(String owner, MethodNode method) {
        Map<Integer, Integer> variables = new HashMap<>();
        Map<Label, Integer> labels = new HashMap<>();
        Set<Label> used = targets(method);
        Set<AbstractInsnNode> skipped = captures(owner, method);
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            say("try " + label(block.start, labels) + " " + label(block.end, labels) + " "
                    + label(block.handler, labels) + " " + block.type);
        }
        for (AbstractInsnNode at : method.instructions) {
            if (at instanceof LabelNode label) {
                if (used.contains(label.getLabel())) {
                    say(label(label, labels) + ":");
                }
            } else if (at.getOpcode() > Opcodes.NOP
                    && !skipped.contains(at)
                    && !EnumSwitchReader.isMapRead(at)
                    && !EnumSwitchReader.isMapLookup(at)) {
                write(owner, at, variables, labels);
            }
        }
    }

    /**
     * The instructions with which a constructor stores captured variables; compilers differ in their order and number.
     */
    private static Set<AbstractInsnNode> captures(String owner, MethodNode method) {
        Set<AbstractInsnNode> captures = new HashSet<>();
        for (AbstractInsnNode at : method.instructions) {
            if (method.name.equals("<init>")
                    && at instanceof FieldInsnNode field
                    && field.getOpcode() == Opcodes.PUTFIELD
                    && field.owner.equals(owner)
                    && (field.name.startsWith("this$") || field.name.startsWith("val$"))) {
                AbstractInsnNode value = EnumSwitchReader.before(at);
                AbstractInsnNode receiver = value == null ? null : EnumSwitchReader.before(value);
                if (value instanceof VarInsnNode && receiver instanceof VarInsnNode) {
                    captures.addAll(List.of(at, value, receiver));
                }
            }
        }
        return captures;
    }

    private static Set<Label> targets(MethodNode method) {
        Set<Label> targets = new HashSet<>();
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            List.of(block.start, block.end, block.handler).forEach(label -> targets.add(label.getLabel()));
        }
        for (AbstractInsnNode at : method.instructions) {
            if (at instanceof JumpInsnNode jump) {
                targets.add(jump.label.getLabel());
            } else if (at instanceof TableSwitchInsnNode table) {
                targets.add(table.dflt.getLabel());
            } else if (at instanceof LookupSwitchInsnNode lookup) {
                targets.add(lookup.dflt.getLabel());
            }
            EnumSwitchReader.cases(at).values().forEach(label -> targets.add(label.getLabel()));
        }
        return targets;
    }

    private static String label(LabelNode label, Map<Label, Integer> labels) {
        return "L" + labels.computeIfAbsent(label.getLabel(), key -> labels.size());
    }

    private void write(String owner, AbstractInsnNode at, Map<Integer, Integer> variables, Map<Label, Integer> labels) {
        String opcode = String.valueOf(at.getOpcode());
        if (at instanceof VarInsnNode variable) {
            say(opcode + " " + variables.computeIfAbsent(variable.var, key -> variables.size()));
        } else if (at instanceof IincInsnNode increment) {
            say(opcode + " " + variables.computeIfAbsent(increment.var, key -> variables.size()) + " "
                    + increment.incr);
        } else if (at instanceof JumpInsnNode jump) {
            say(opcode + " " + label(jump.label, labels));
        } else if (at instanceof TableSwitchInsnNode || at instanceof LookupSwitchInsnNode) {
            LabelNode others = at instanceof TableSwitchInsnNode table ? table.dflt : ((LookupSwitchInsnNode) at).dflt;
            StringBuilder cases = new StringBuilder("switch");
            switches.named(at)
                    .forEach((name, label) ->
                            cases.append(" ").append(name).append(" ").append(label(label, labels)));
            say(cases.append(" ").append(label(others, labels)).toString());
        } else if (at instanceof FieldInsnNode field) {
            say(opcode + " " + field.owner + "." + field.name + " " + field.desc);
        } else if (at instanceof MethodInsnNode call) {
            call(owner, call);
        } else if (at instanceof InvokeDynamicInsnNode dynamic) {
            dynamic(dynamic);
        } else if (at instanceof TypeInsnNode type) {
            say(opcode + " " + type.desc);
        } else if (at instanceof MultiANewArrayInsnNode array) {
            say(opcode + " " + array.desc + " " + array.dims);
        } else if (at instanceof LdcInsnNode constant) {
            say("const " + constant.cst.getClass().getSimpleName() + " " + constant.cst);
        } else if (at instanceof IntInsnNode operand && at.getOpcode() != Opcodes.NEWARRAY) {
            say("const Integer " + operand.operand);
        } else if (at instanceof IntInsnNode array) {
            say(opcode + " " + array.operand);
        } else if (at.getOpcode() >= Opcodes.ICONST_M1 && at.getOpcode() <= Opcodes.ICONST_5) {
            say("const Integer " + (at.getOpcode() - Opcodes.ICONST_0));
        } else {
            say(opcode);
        }
    }

    private void call(String owner, MethodInsnNode call) {
        String signature = call.name + call.desc;
        if (call.owner.equals("java/lang/String")
                && signature.equals("valueOf(Ljava/lang/Object;)Ljava/lang/String;")) {
            return; // some compilers add it before a concatenation, where it has no effect
        }
        boolean isStatic = call.getOpcode() == Opcodes.INVOKESTATIC;
        boolean isSuper =
                call.getOpcode() == Opcodes.INVOKESPECIAL && !call.name.equals("<init>") && !call.owner.equals(owner);
        say((isStatic ? "static " : isSuper ? "super " : "call ") + receiver(call.owner, signature, classes) + "."
                + signature);
    }

    /** The class whose method is called. For methods of every object, compilers name the interface or Object. */
    static String receiver(String owner, String signature, ClassFileFinder classes) {
        return OF_EVERY_OBJECT.contains(signature) && classes.has(owner, Opcodes.ACC_INTERFACE)
                ? "java/lang/Object"
                : owner;
    }

    private void dynamic(InvokeDynamicInsnNode dynamic) {
        String factory = dynamic.bsm.getOwner();
        if (factory.equals("java/lang/invoke/StringConcatFactory")) {
            StringBuilder operands = new StringBuilder();
            for (Type operand : Type.getArgumentTypes(dynamic.desc)) {
                boolean isReference = operand.getSort() == Type.OBJECT || operand.getSort() == Type.ARRAY;
                operands.append(isReference ? "A" : operand.getDescriptor());
            }
            say("concat " + operands + " " + List.of(dynamic.bsmArgs));
            return;
        }
        say("dynamic " + factory + "." + dynamic.name + dynamic.desc);
        for (Object argument : dynamic.bsmArgs) {
            if (argument instanceof Handle handle) {
                ClassFileFinder.Declared body = classes.declared(handle.getOwner(), handle.getName(), handle.getDesc())
                        .orElse(null);
                if (body != null && isLambda(body.method())) {
                    say("{ " + handle.getDesc());
                    write(handle.getOwner(), body.method());
                    say("}");
                } else {
                    say(handle.getOwner() + "." + handle.getName() + handle.getDesc());
                }
            } else {
                say(String.valueOf(argument));
            }
        }
    }

    static boolean isLambda(MethodNode method) {
        return (method.access & Opcodes.ACC_SYNTHETIC) != 0 && method.name.startsWith("lambda$");
    }

    private void say(String line) {
        String named = UNNAMED.matcher(line)
                .replaceAll(found -> unnamed.computeIfAbsent(found.group(), key -> "unnamed" + unnamed.size()));
        text.append(named).append('\n');
    }
}
