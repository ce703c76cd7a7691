package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class ProcessorRulesTest {
    private static List<String> violations(ArchRule rule, Class<?>... types) {
        JavaClasses classes = new ClassFileImporter().importClasses(types);
        return rule.evaluate(classes).getFailureReport().getDetails();
    }

    @Test
    void should_name_mutable_fields_of_processors() {
        assertThat(violations(ProcessorRules.PROCESSORS_HAVE_NO_MUTABLE_FIELDS, ImpureStates.Counting.class))
                .containsExactly(
                        "dev.millrace.testkit.ImpureStates$Counting.count is not final in (ImpureStates.java:0)");
    }

    @Test
    void should_name_mutable_fields_of_states() {
        assertThat(violations(
                        ProcessorRules.STATES_HAVE_NO_MUTABLE_FIELDS,
                        WithMutableState.class,
                        MutableState.class,
                        Part.class))
                .hasSize(2)
                .anyMatch(each -> each.contains("MutableState.count is not final"))
                .anyMatch(each -> each.contains("Part.size is not final"));
    }

    @Test
    void should_name_impure_calls_of_reducers_and_what_they_call() {
        assertThat(violations(
                        ProcessorRules.REDUCERS_CALL_NOTHING_IMPURE,
                        ImpureCalls.OnceInABlueMoon.class,
                        ImpureCalls.Inheriting.class,
                        ImpureCalls.Base.class))
                .isNotEmpty()
                .allMatch(each -> each.startsWith("reads the clock: Method <"));
    }

    @Test
    void should_pass_for_pure_processors() {
        Class<?>[] pure = Stream.concat(
                        PureLab.all().stream()
                                .map(Object::getClass)
                                .filter(type -> !type.equals(PureLab.Configured.class)),
                        Stream.of(History.class, PureLab.Totals.class, PureLab.Phases.class))
                .toArray(Class<?>[]::new);

        assertThat(violations(ProcessorRules.PROCESSORS_HAVE_NO_MUTABLE_FIELDS, pure))
                .isEmpty();
        assertThat(violations(ProcessorRules.STATES_HAVE_NO_MUTABLE_FIELDS, pure))
                .isEmpty();
        assertThat(violations(ProcessorRules.REDUCERS_CALL_NOTHING_IMPURE, pure))
                .isEmpty();
    }

    static final class Part {
        int size;
    }

    static final class MutableState {
        int count;
        final List<Part> parts = List.of();
    }

    static final class WithMutableState extends LabProcessor<MutableState> {
        @Override
        public MutableState initialState() {
            return new MutableState();
        }

        @Override
        public MutableState reduce(MutableState state, dev.millrace.core.Event event) {
            return state;
        }
    }
}
