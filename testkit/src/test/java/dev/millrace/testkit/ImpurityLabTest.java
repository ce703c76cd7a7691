package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every impure example is reported, and no pure example is. */
@Tag("jdk")
class ImpurityLabTest {
    private static Map<LabProcessor<?>, String> impure() {
        Map<LabProcessor<?>, String> all = new LinkedHashMap<>(ImpureCalls.all());
        all.putAll(ImpureStates.all());
        return all;
    }

    @TestFactory
    Stream<DynamicTest> should_catch() {
        return impure().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey().getClass().getSimpleName() + ": " + entry.getValue(), () -> {
                            AssertionError refusal = catchThrowableOfType(
                                    AssertionError.class,
                                    () -> assertThat(entry.getKey()).isPureOver(Note.log(12)));

                            assertThat(refusal).as("caught").isNotNull();
                            assertThat(refusal).hasMessageContaining(entry.getValue());
                        }));
    }

    @TestFactory
    Stream<DynamicTest> should_not_suspect() {
        return PureLab.all().stream()
                .map(processor -> DynamicTest.dynamicTest(
                        processor.getClass().getSimpleName(),
                        () -> assertThat(processor).isPureOver(Note.log(30))));
    }

    @Test
    void should_have_enough_examples() {
        assertThat(impure()).hasSizeGreaterThanOrEqualTo(45);
        assertThat(PureLab.all()).hasSizeGreaterThanOrEqualTo(20);
    }
}
