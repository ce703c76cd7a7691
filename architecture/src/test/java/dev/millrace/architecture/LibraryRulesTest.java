package dev.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.Timers;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Time, ids and endings come from outside: libraries ask {@code Timers} for the time, take ids from a supplier, wait
 * with a bound, and leave the process alone. Whoever is excepted is named here.
 */
@AnalyzeClasses(packages = "dev.millrace", importOptions = DoNotIncludeTests.class)
class LibraryRulesTest {
    private static final Map<String, Set<String>> FORBIDDEN = Map.ofEntries(
            Map.entry("java.lang.Thread", Set.of("sleep")),
            Map.entry("java.lang.System", Set.of("exit", "currentTimeMillis")),
            Map.entry("java.lang.Runtime", Set.of("exit", "halt")),
            Map.entry("java.util.UUID", Set.of("randomUUID")),
            Map.entry("java.time.Instant", Set.of("now")),
            Map.entry("java.time.LocalDate", Set.of("now")),
            Map.entry("java.time.LocalDateTime", Set.of("now")),
            Map.entry("java.time.OffsetDateTime", Set.of("now")),
            Map.entry("java.time.ZonedDateTime", Set.of("now")),
            Map.entry("java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system")),
            Map.entry("java.lang.Math", Set.of("random")));

    private static final Map<String, Set<String>> UNBOUNDED = Map.of(
            "java.util.concurrent.Future", Set.of("get", "join"),
            "java.util.concurrent.CountDownLatch", Set.of("await"),
            "java.lang.Thread", Set.of("join"));

    /** The top-level classes that may, and what. */
    private static final Map<String, Set<String>> EXCEPTIONS =
            Map.of("dev.millrace.core.internal.run.SystemTimers", Set.of("java.time.Instant.now"));

    @ArchTest
    static final ArchRule should_get_time_and_ids_from_outside = classes()
            .should(new ArchCondition<JavaClass>("take time, ids and endings from outside") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    if (Module.of(type).filter(Module.libraries()::contains).isEmpty()) {
                        return;
                    }
                    for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                        AccessTarget target = access.getTarget();
                        String owner = target.getOwner().getName();
                        if (FORBIDDEN.getOrDefault(owner, Set.of()).contains(target.getName())
                                && !isExcepted(type, owner + "." + target.getName())) {
                            events.add(SimpleConditionEvent.violated(type, access.getDescription()));
                        }
                    }
                }
            });

    @ArchTest
    static final ArchRule should_never_wait_for_ever = classes()
            .should(new ArchCondition<JavaClass>("wait with a bound") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    if (Module.of(type).filter(Module.libraries()::contains).isEmpty()) {
                        return;
                    }
                    for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                        if (isUnboundedWait(access.getTarget())) {
                            events.add(SimpleConditionEvent.violated(type, access.getDescription()));
                        }
                    }
                }
            });

    /** A delay that is computed from the clock is late by what the clock moves before it is armed. */
    @ArchTest
    static final ArchRule should_arm_the_time_at_which_something_is_due = classes()
            .should(new ArchCondition<JavaClass>("compute no delay from the clock") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    if (Module.of(type).filter(Module.libraries()::contains).isEmpty()) {
                        return;
                    }
                    for (JavaCodeUnit unit : type.getCodeUnits()) {
                        Set<String> calls = unit.getMethodCallsFromSelf().stream()
                                .map(JavaAccess::getTarget)
                                .filter(target -> target.getOwner().isAssignableTo(Timers.class)
                                        || target.getOwner().isAssignableTo(Effects.class))
                                .map(AccessTarget::getName)
                                .collect(Collectors.toSet());
                        if (calls.containsAll(Set.of("now", "after"))) {
                            events.add(SimpleConditionEvent.violated(
                                    type,
                                    unit.getFullName() + " reads the clock and arms a delay; use at(Instant, ...)"));
                        }
                    }
                }
            });

    private static boolean isUnboundedWait(AccessTarget target) {
        return target instanceof AccessTarget.CodeUnitAccessTarget unit
                && unit.getRawParameterTypes().isEmpty()
                && UNBOUNDED.entrySet().stream()
                        .anyMatch(wait -> wait.getValue().contains(target.getName())
                                && target.getOwner().isAssignableTo(wait.getKey()));
    }

    private static boolean isExcepted(JavaClass type, String member) {
        String topLevel = type.getName().replaceFirst("\\$.*", "");
        return EXCEPTIONS.getOrDefault(topLevel, Set.of()).contains(member);
    }
}
