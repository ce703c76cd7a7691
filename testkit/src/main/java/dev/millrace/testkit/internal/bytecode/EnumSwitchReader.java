package dev.millrace.testkit.internal.bytecode;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;

/**
 * Finds the enum members of a switch in bytecode. Compilers use the ordinals directly, or an array in a generated class
 * that maps ordinals to numbers.
 */
final class EnumSwitchReader {
    private static final String MAP = "$SwitchMap$";

    private final ClassFileFinder classes;

    EnumSwitchReader(ClassFileFinder classes) {
        this.classes = classes;
    }

    /** Whether the instruction loads the generated array. */
    static boolean isMapRead(AbstractInsnNode at) {
        return at instanceof FieldInsnNode field && field.name.startsWith(MAP);
    }

    /** Whether the instruction reads an element of the generated array for a switch. */
    static boolean isMapLookup(AbstractInsnNode at) {
        return at.getOpcode() == Opcodes.IALOAD && isOrdinal(before(at)) && isSwitch(after(at));
    }

    private static boolean isSwitch(@Nullable AbstractInsnNode at) {
        return at instanceof TableSwitchInsnNode || at instanceof LookupSwitchInsnNode;
    }

    private static boolean isOrdinal(@Nullable AbstractInsnNode at) {
        return at instanceof MethodInsnNode call && call.name.equals("ordinal") && call.desc.equals("()I");
    }

    /** The cases of a switch by number, without gaps. */
    static Map<Integer, LabelNode> cases(AbstractInsnNode at) {
        Map<Integer, LabelNode> cases = new TreeMap<>();
        if (at instanceof TableSwitchInsnNode table) {
            for (int i = 0; i < table.labels.size(); i++) {
                if (table.labels.get(i) != table.dflt) {
                    cases.put(table.min + i, table.labels.get(i));
                }
            }
        } else if (at instanceof LookupSwitchInsnNode lookup) {
            for (int i = 0; i < lookup.labels.size(); i++) {
                cases.put(lookup.keys.get(i), lookup.labels.get(i));
            }
        }
        return cases;
    }

    /** The cases of a switch: by member for an enum, otherwise by number. */
    Map<String, LabelNode> named(AbstractInsnNode at) {
        AbstractInsnNode previous = before(at);
        AbstractInsnNode lookup = previous != null && isMapLookup(previous) ? previous : null;
        AbstractInsnNode ordinal = lookup != null ? before(lookup) : previous;
        Map<Integer, String> names = new HashMap<>();
        if (isOrdinal(ordinal) && ordinal instanceof MethodInsnNode call) {
            names = lookup != null ? mapped(at, call.owner) : members(call.owner);
        }
        Map<String, LabelNode> cases = new TreeMap<>();
        for (Map.Entry<Integer, LabelNode> each : cases(at).entrySet()) {
            cases.put(names.getOrDefault(each.getKey(), String.valueOf(each.getKey())), each.getValue());
        }
        return cases;
    }

    private Map<Integer, String> members(String type) {
        Map<Integer, String> members = new HashMap<>();
        classes.find(type).ifPresent(node -> {
            for (FieldNode field : node.fields) {
                if ((field.access & Opcodes.ACC_ENUM) != 0) {
                    members.put(members.size(), field.name);
                }
            }
        });
        return members;
    }

    /** The members by the numbers that the generated class stores: array, member, ordinal, number. */
    private Map<Integer, String> mapped(AbstractInsnNode at, String type) {
        AbstractInsnNode read = at;
        while (read != null && !(isMapRead(read) && ((FieldInsnNode) read).name.equals(MAP + type.replace('/', '$')))) {
            read = read.getPrevious();
        }
        Map<Integer, String> names = new HashMap<>();
        if (!(read instanceof FieldInsnNode map)) {
            return names;
        }
        classes.declared(map.owner, "<clinit>", "()V").ifPresent(declared -> {
            for (AbstractInsnNode store : declared.method().instructions) {
                AbstractInsnNode number = store.getOpcode() == Opcodes.IASTORE ? before(store) : null;
                AbstractInsnNode ordinal = number == null ? null : before(number);
                AbstractInsnNode member = ordinal == null ? null : before(ordinal);
                if (number != null && member instanceof FieldInsnNode field && field.owner.equals(type)) {
                    names.put(value(number), field.name);
                }
            }
        });
        return names;
    }

    private static int value(AbstractInsnNode number) {
        return number instanceof IntInsnNode operand ? operand.operand : number.getOpcode() - Opcodes.ICONST_0;
    }

    private static @Nullable AbstractInsnNode after(AbstractInsnNode at) {
        AbstractInsnNode next = at.getNext();
        while (next != null && next.getOpcode() < 0) {
            next = next.getNext();
        }
        return next;
    }

    static @Nullable AbstractInsnNode before(AbstractInsnNode at) {
        AbstractInsnNode previous = at.getPrevious();
        while (previous != null && previous.getOpcode() < 0) {
            previous = previous.getPrevious();
        }
        return previous;
    }
}
