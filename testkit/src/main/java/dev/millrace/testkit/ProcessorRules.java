package dev.millrace.testkit;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.internal.bytecode.ClassFileFinder;
import dev.millrace.testkit.internal.bytecode.DeniedAction;
import dev.millrace.testkit.internal.bytecode.DenyList;
import dev.millrace.testkit.internal.bytecode.MethodId;
import dev.millrace.testkit.log.RecordedLog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.objectweb.asm.Type;

/**
 * ArchUnit rules for all processors of a code base; they need no log and no instance. ArchUnit is an optional
 * dependency of the testkit, so a project that uses these rules must add it.
 *
 * <pre>{@code
 * @AnalyzeClasses(packages = "com.example", importOptions = DoNotIncludeTests.class)
 * class ProcessorRulesTest {
 *     @ArchTest
 *     static final ArchRule processors = ProcessorRules.PROCESSORS_HAVE_NO_MUTABLE_FIELDS;
 *
 *     @ArchTest
 *     static final ArchRule states = ProcessorRules.STATES_HAVE_NO_MUTABLE_FIELDS;
 *
 *     @ArchTest
 *     static final ArchRule reducers = ProcessorRules.REDUCERS_CALL_NOTHING_IMPURE;
 * }
 * }</pre>
 *
 * <p>Thread-safe. A code base without processors passes every rule.
 * @since 0.1
 */
public final class ProcessorRules {
    /**
     * Every field of a processor is final: one instance can serve many streams, and their data belongs in the state.
     */
    public static final ArchRule PROCESSORS_HAVE_NO_MUTABLE_FIELDS = ArchRuleDefinition.classes()
            .that(describe("are processors", ProcessorRules::isProcessor))
            .should(haveFinalFieldsOnly())
            .because("one processor serves many streams, and its data belongs in the state")
            .allowEmptyShould(true);

    /**
     * Every field of a state is final or transient, because effects get the state later and replays keep it. States are
     * the type argument of {@code Processor<...>}, and the classes of the code base in its fields.
     */
    public static final ArchRule STATES_HAVE_NO_MUTABLE_FIELDS = ArchRuleDefinition.classes()
            .that(describe("are processors", ProcessorRules::isProcessor))
            .should(haveStatesWithFinalFieldsOnly())
            .because("effects that run later see the state as of their event")
            .allowEmptyShould(true);

    /**
     * No reducer, and no code in the imported classes that it calls, uses anything on the deny-list of {@code
     * docs/purity.md}: the clock, random numbers, I/O, threads, the environment, default locale, zone or charset. Calls
     * of interfaces and format texts are not checked; {@link ProcessorAssert#isPureOver(RecordedLog)} checks them.
     */
    public static final ArchRule REDUCERS_CALL_NOTHING_IMPURE = ArchRuleDefinition.classes()
            .that(describe("are processors", ProcessorRules::isProcessor))
            .should(callNothingImpureInReduce())
            .because("a reducer must give the same state on every machine, at any time")
            .allowEmptyShould(true);

    private ProcessorRules() {}

    private static DescribedPredicate<JavaClass> describe(String description, Predicate<JavaClass> predicate) {
        return DescribedPredicate.describe(description, predicate);
    }

    private static boolean isProcessor(JavaClass type) {
        return type.isAssignableTo(Processor.class) && !type.isInterface();
    }

    private static ArchCondition<JavaClass> haveFinalFieldsOnly() {
        return condition("have final fields only", (type, events) -> checkFields(type, type.getAllFields(), events));
    }

    private static void checkFields(JavaClass of, Set<JavaField> fields, ConditionEvents events) {
        for (JavaField field : fields) {
            Set<JavaModifier> modifiers = field.getModifiers();
            if (!modifiers.contains(JavaModifier.FINAL)
                    && !modifiers.contains(JavaModifier.TRANSIENT)
                    && !modifiers.contains(JavaModifier.SYNTHETIC)) {
                events.add(SimpleConditionEvent.violated(
                        of, field.getFullName() + " is not final in " + field.getSourceCodeLocation()));
            }
        }
    }

    private static ArchCondition<JavaClass> haveStatesWithFinalFieldsOnly() {
        return condition("have states with final fields only", (type, events) -> {
            Set<JavaClass> seen = new HashSet<>();
            Deque<JavaClass> open = new ArrayDeque<>(states(type).toList());
            while (!open.isEmpty()) {
                JavaClass state = open.remove();
                if (!isOwn(state) || !seen.add(state)) {
                    continue;
                }
                Set<JavaField> fields = state.getAllFields().stream()
                        .filter(field -> isOwn(field.getOwner()))
                        .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                        .collect(Collectors.toSet());
                checkFields(type, fields, events);
                open.addAll(state.getSubclasses());
                fields.forEach(field -> open.addAll(field.getType().getAllInvolvedRawTypes()));
            }
        });
    }

    private static boolean isOwn(JavaClass type) {
        return !ClassFileFinder.isTrusted(type.getName().replace('.', '/')) && !type.isPrimitive() && !type.isArray();
    }

    /** The type argument of {@code Processor<...>}, on this class or a supertype. */
    private static Stream<JavaClass> states(JavaClass type) {
        Stream<JavaType> above = Stream.concat(type.getInterfaces().stream(), type.getSuperclass().stream());
        return above.flatMap(each -> each instanceof JavaParameterizedType generic
                        && each.toErasure().isAssignableTo(Processor.class)
                ? generic.getActualTypeArguments().stream().flatMap(state -> state.getAllInvolvedRawTypes().stream())
                : each.toErasure().isAssignableTo(Processor.class) ? states(each.toErasure()) : Stream.empty());
    }

    private static ArchCondition<JavaClass> callNothingImpureInReduce() {
        return condition("call nothing impure in reduce", (type, events) -> {
            ClassFileFinder classes = new ClassFileFinder(Thread.currentThread().getContextClassLoader());
            Set<JavaMethod> seen = new HashSet<>();
            Deque<JavaMethod> open = new ArrayDeque<>(type.getAllMethods().stream()
                    .filter(method -> method.getName().equals("reduce")
                            && method.getRawParameterTypes().size() == 2)
                    .toList());
            while (!open.isEmpty()) {
                JavaMethod method = open.remove();
                if (!seen.add(method) || method.isAnnotatedWith("dev.millrace.core.processor.AllowImpure")) {
                    continue;
                }
                for (JavaAccess<?> access : method.getAccessesFromSelf()) {
                    check(access, type, classes, events);
                    access.getTarget()
                            .resolveMember()
                            .filter(JavaMethod.class::isInstance)
                            .map(JavaMethod.class::cast)
                            .ifPresent(open::add);
                }
            }
        });
    }

    private static void check(JavaAccess<?> access, JavaClass type, ClassFileFinder classes, ConditionEvents events) {
        String owner = access.getTarget().getOwner().getName().replace('.', '/');
        String name = access.getTarget().getName();
        Optional<DeniedAction> denial = access.getTarget() instanceof CodeUnitAccessTarget unit
                ? DenyList.WRITTEN.call(new MethodId(owner, name, descriptor(unit)), classes)
                : DenyList.WRITTEN.field(owner, name, classes);
        if (owner.equals("java/lang/String") && name.startsWith("format")) {
            return; // whether a format depends on the locale is in its text, which ArchUnit does not have
        }
        denial.ifPresent(found -> events.add(
                SimpleConditionEvent.violated(type, found.kind().observation() + ": " + access.getDescription())));
    }

    /** A descriptor with the right parameters; its result type is not used. */
    private static String descriptor(CodeUnitAccessTarget unit) {
        StringBuilder descriptor = new StringBuilder("(");
        for (JavaClass type : unit.getRawParameterTypes()) {
            String name = type.getName().replace('.', '/');
            if (type.isPrimitive()) {
                descriptor.append(Type.getDescriptor(type.reflect()));
            } else {
                descriptor.append(type.isArray() ? name : "L" + name + ";");
            }
        }
        return descriptor.append(")V").toString();
    }

    private static ArchCondition<JavaClass> condition(
            String description, BiConsumer<JavaClass, ConditionEvents> check) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                check.accept(type, events);
            }
        };
    }
}
