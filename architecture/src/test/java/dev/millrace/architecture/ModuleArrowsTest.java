package dev.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.millrace.core.BuiltInType;
import java.util.List;

/** Who may know whom. */
@AnalyzeClasses(packages = "dev.millrace", importOptions = DoNotIncludeTests.class)
class ModuleArrowsTest {
    @ArchTest
    static void should_find_the_classes_of_the_core(JavaClasses project) {
        assertThat(project.contain("dev.millrace.core.Event")).isTrue();
        assertThat(project.contain("dev.millrace.engine.StreamEngine")).isTrue();
    }

    @ArchTest
    static final ArchRule should_put_every_class_into_the_package_of_a_module = classes()
            .should(new ArchCondition<JavaClass>("lie in the package of a module") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    if (Module.of(type).isEmpty()) {
                        events.add(SimpleConditionEvent.violated(
                                type, type.getName() + " lies in no module known here; add it to Module"));
                    }
                }
            });

    @ArchTest
    static final ArchRule should_point_every_arrow_one_way = classes()
            .should(new ArchCondition<JavaClass>("only use modules that theirs may know") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    Module own = Module.of(type).orElseThrow();
                    type.getDirectDependenciesFromSelf()
                            .forEach(dependency -> Module.of(dependency.getTargetClass())
                                    .filter(other -> !own.mayKnow(other))
                                    .ifPresent(other -> events.add(SimpleConditionEvent.violated(
                                            type,
                                            own + " may not know " + other + ": " + dependency.getDescription()))));
                }
            });

    @ArchTest
    static final ArchRule should_keep_http_out_of_core_and_engine = noClasses()
            .that(areIn(Module.CORE, Module.ENGINE))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "okhttp3..",
                    "okio..",
                    "kotlin..",
                    "org.eclipse.jetty..",
                    "java.net.http..",
                    "com.sun.net.httpserver..");

    @ArchTest
    static final ArchRule should_keep_the_core_to_json_and_the_jdk = classes()
            .that(areIn(Module.CORE))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.millrace.core..",
                    "java..",
                    "javax.annotation.processing..",
                    "com.fasterxml.jackson..",
                    "org.immutables.value..",
                    "org.jspecify.annotations..");

    /**
     * What a processor needs of the service's own types are records in the core; what is more, a stranger could not
     * write.
     */
    @ArchTest
    static final ArchRule should_keep_the_built_in_types_from_processors_and_their_spi = noClasses()
            .that()
            .resideInAnyPackage("dev.millrace.processors..", "dev.millrace.core.hosting..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(BuiltInType.class);

    @ArchTest
    static final ArchRule should_log_through_the_platform = noClasses()
            .that(areLibraries())
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.slf4j..", "java.util.logging..", "org.apache.logging..", "ch.qos.logback..");

    @ArchTest
    static final ArchRule should_keep_the_test_frameworks_to_the_test_modules = noClasses()
            .that(areIn(
                    Module.CORE,
                    Module.ENGINE,
                    Module.STORE_SQLITE,
                    Module.CLIENT,
                    Module.SERVER,
                    Module.CLI,
                    Module.SCRIPTED_MODEL,
                    Module.PROCESSORS_CIRCUITBREAKER,
                    Module.PROCESSORS_OPENAI))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.junit..", "org.assertj..", "org.awaitility..", "mockwebserver3..")
            .allowEmptyShould(true);

    private static DescribedPredicate<JavaClass> areIn(Module... modules) {
        return DescribedPredicate.describe(
                "are in " + List.of(modules),
                type -> Module.of(type).filter(List.of(modules)::contains).isPresent());
    }

    private static DescribedPredicate<JavaClass> areLibraries() {
        return DescribedPredicate.describe(
                "are in a library",
                type -> Module.of(type).filter(Module.libraries()::contains).isPresent());
    }
}
