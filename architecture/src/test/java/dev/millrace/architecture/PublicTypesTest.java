package dev.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.EvaluationResult;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.millrace.contracts.tck.TckTool;
import dev.millrace.core.Event;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A package of a library is public API and listed in {@link PublicApi}, or it has {@code internal} in its name, or its
 * only public types are those that a service file names.
 */
@AnalyzeClasses(packages = "dev.millrace", importOptions = DoNotIncludeTests.class)
class PublicTypesTest {
    @ArchTest
    static final ArchRule should_have_no_public_type_outside_of_api_and_internal_packages =
            rule(PublicApi::hasPackage, SourceTree.serviceProviders());

    @ArchTest
    static void should_list_no_api_package_without_a_public_type(JavaClasses project) {
        assertThat(PublicApi.packages())
                .as("API packages; remove those that are gone from PublicApi")
                .allSatisfy(name -> assertThat(project)
                        .anyMatch(
                                type -> isPublic(type) && type.getPackageName().equals(name)));
    }

    @Test
    void should_name_a_public_type_of_a_package_that_is_not_listed() {
        EvaluationResult result = rule(name -> false, Set.of(TckTool.class.getName()))
                .evaluate(new ClassFileImporter().importClasses(Event.class, TckTool.class));

        assertThat(result.getFailureReport().getDetails())
                .containsExactly(
                        "dev.millrace.core.Event is public, but dev.millrace.core is no API package; make the type"
                                + " package-private, move it into a package named 'internal', or add the package to PublicApi");
    }

    @Test
    void should_know_an_internal_package_by_a_part_of_its_name() {
        assertThat(PublicApi.isInternal("dev.millrace.core.internal")).isTrue();
        assertThat(PublicApi.isInternal("dev.millrace.core.internal.run")).isTrue();
        assertThat(PublicApi.isInternal("dev.millrace.core.internals")).isFalse();
    }

    private static ArchRule rule(Predicate<String> isApiPackage, Set<String> serviceProviders) {
        return classes().should(new ArchCondition<JavaClass>("be public only in API and internal packages") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String packageName = type.getPackageName();
                if (isPublic(type)
                        && Module.of(type).filter(Module.libraries()::contains).isPresent()
                        && !isApiPackage.test(packageName)
                        && !PublicApi.isInternal(packageName)
                        && !serviceProviders.contains(type.getName())) {
                    events.add(SimpleConditionEvent.violated(
                            type,
                            type.getName() + " is public, but " + packageName + " is no API package; make the type"
                                    + " package-private, move it into a package named 'internal', or add the package to"
                                    + " PublicApi"));
                }
            }
        });
    }

    private static boolean isPublic(JavaClass type) {
        return type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC);
    }
}
