package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The public signatures of each library are those of the committed file {@code architecture/api/<module>.txt}. */
@AnalyzeClasses(packages = "dev.millrace", importOptions = DoNotIncludeTests.class)
class ApiSignaturesTest {
    private static final ApiFiles COMMITTED = new ApiFiles(SourceTree.root().resolve("architecture/api"));

    @ArchTest
    static void should_change_public_signatures_only_knowingly(JavaClasses project) throws IOException {
        Map<String, List<String>> signatures = signatures(project);
        assertThat(signatures).containsKeys("core", "engine", "client", "server", "testkit");
        if (Boolean.getBoolean(ApiFiles.ACCEPT)) {
            COMMITTED.write(signatures);
        }
        assertThat(COMMITTED.problems(signatures)).isEmpty();
    }

    /** The lines of each library, by the name of its directory. */
    private static Map<String, List<String>> signatures(JavaClasses project) {
        Map<Module, List<Class<?>>> typesByModule = new TreeMap<>();
        for (JavaClass type : project) {
            if (PublicApi.hasPackage(type.getPackageName()) && !type.isAnonymousClass()) {
                Module.of(type)
                        .filter(Module.libraries()::contains)
                        .ifPresent(module -> typesByModule
                                .computeIfAbsent(module, key -> new ArrayList<>())
                                .add(type.reflect()));
            }
        }
        return typesByModule.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().directory().getFileName().toString(),
                        entry -> ApiSignatures.of(entry.getValue(), PublicApi::contains)
                                .toList()));
    }
}
