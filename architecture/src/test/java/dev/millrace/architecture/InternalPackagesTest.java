package dev.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.engine.spi.StreamKey;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Only a module itself uses its packages with {@code internal} in their names. That holds for tests too. */
@AnalyzeClasses(packages = "dev.millrace", importOptions = DoNotIncludeTests.class)
class InternalPackagesTest {
    private static final Pattern IMPORT =
            Pattern.compile("import (?:static )?((dev\\.millrace(?:\\.[a-z0-9]+)*?)\\.internal)\\..*");

    @ArchTest
    static final ArchRule should_use_no_internal_package_of_another_module =
            rule(type -> type.getName().startsWith("dev.millrace.") && PublicApi.isInternal(type.getPackageName()));

    @Test
    void should_import_no_internal_package_of_another_module() {
        List<String> problems = SourceTree.javaSources().stream()
                .flatMap(source -> problems(packageOf(source), SourceTree.relative(source), SourceTree.lines(source)))
                .toList();

        assertThat(problems).isEmpty();
    }

    @Test
    void should_name_the_class_that_uses_an_internal_package_of_another_module() {
        List<String> details = rule(type -> type.getPackageName().equals("dev.millrace.core"))
                .evaluate(new ClassFileImporter().importClasses(Event.class, EventInput.class, StreamKey.class))
                .getFailureReport()
                .getDetails();

        assertThat(details).isNotEmpty().allMatch(detail -> detail.contains("dev.millrace.engine.spi.StreamKey"));
    }

    @Test
    void should_name_the_import_of_an_internal_package_of_another_module() {
        List<String> lines = List.of(
                "import dev.millrace.core.Event;",
                "import dev.millrace.core.internal.run.Attempts;",
                "import static dev.millrace.engine.internal.Writer.write;");

        assertThat(problems("dev.millrace.engine.spi", "engine/src/A.java", lines))
                .containsExactly(
                        "engine/src/A.java:2: only dev.millrace.core and the packages below it use dev.millrace.core.internal;"
                                + " use its public types, or move what is shared out of 'internal'");
        assertThat(problems("dev.millrace.core", "core/src/A.java", lines)).hasSize(1);
    }

    private static ArchRule rule(Predicate<JavaClass> isInternal) {
        return classes().should(new ArchCondition<JavaClass>("leave the internal packages of other modules alone") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> isInternal.test(dependency.getTargetClass()))
                        .filter(dependency ->
                                !Module.of(dependency.getTargetClass()).equals(Module.of(type)))
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
            }
        });
    }

    private static Stream<String> problems(String packageName, String file, List<String> lines) {
        return Stream.iterate(0, i -> i < lines.size(), i -> i + 1).flatMap(i -> {
            Matcher matcher = IMPORT.matcher(lines.get(i));
            if (!matcher.matches() || (packageName + ".").startsWith(matcher.group(2) + ".")) {
                return Stream.empty();
            }
            return Stream.of(file + ":" + (i + 1) + ": only " + matcher.group(2) + " and the packages below it use "
                    + matcher.group(1) + "; use its public types, or move what is shared out of 'internal'");
        });
    }

    private static String packageOf(Path source) {
        Path file = SourceTree.root().relativize(source);
        String path = file.toString().replace(File.separatorChar, '/');
        return path.substring(path.indexOf("java/") + 5, path.lastIndexOf('/')).replace('/', '.');
    }
}
