package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every jar has a module name that will not change with the name of its file. */
@Tag("jdk")
class ModuleNamesTest {
    /** A jar that was built. */
    private record Built(Path module, Path jar) {}

    private static final Pattern NAME = Pattern.compile("<millrace\\.module>([^<]*)</millrace\\.module>");

    @Test
    void should_give_every_jar_a_module_name_of_its_own() {
        Map<String, String> moduleByName = new TreeMap<>();
        for (Path module : SourceTree.modules()) {
            String pom = String.join("\n", SourceTree.lines(module.resolve("pom.xml")));
            if (pom.contains("<packaging>pom</packaging>")) {
                continue;
            }
            Matcher name = NAME.matcher(pom);
            assertThat(name.find())
                    .as("%s/pom.xml has no <millrace.module>, and so its jar no Automatic-Module-Name", module)
                    .isTrue();
            assertThat(name.group(1)).matches("dev\\.millrace(\\.[a-z][a-z0-9]*)+");
            assertThat(moduleByName.put(name.group(1), module.getFileName().toString()))
                    .as("two modules are called %s", name.group(1))
                    .isNull();
        }
        assertThat(moduleByName).hasSizeGreaterThan(15).containsEntry("dev.millrace.core", "core");
    }

    @Test
    void should_write_the_name_into_every_manifest() {
        assertThat(String.join("\n", SourceTree.lines(SourceTree.root().resolve("pom.xml"))))
                .contains("<Automatic-Module-Name>${millrace.module}</Automatic-Module-Name>");
    }

    @Test
    void should_have_named_the_jars_that_were_built() throws IOException {
        for (Built built : builtJars()) {
            try (JarFile file = new JarFile(built.jar().toFile())) {
                String pom = String.join("\n", SourceTree.lines(built.module().resolve("pom.xml")));
                Matcher name = NAME.matcher(pom);
                assertThat(name.find()).isTrue();
                assertThat(file.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
                        .as("the module name of %s", built.jar())
                        .isEqualTo(name.group(1));
            }
        }
    }

    /** Built beside this module by a parallel build, so their jars may be half written. */
    private static final Set<String> BESIDE = Set.of("acceptance", "benchmarks");

    /** None before the first {@code package}; everything upstream within a {@code verify}. */
    private static List<Built> builtJars() throws IOException {
        List<Built> jars = new ArrayList<>();
        for (Path module : SourceTree.modules()) {
            Path target = module.resolve("target");
            if (Files.isDirectory(target)
                    && !BESIDE.contains(module.getFileName().toString())) {
                try (Stream<Path> files = Files.list(target)) {
                    files.filter(file -> file.getFileName().toString().matches("millrace-.*(?<!-tests)\\.jar"))
                            .forEach(jar -> jars.add(new Built(module, jar)));
                }
            }
        }
        return jars;
    }
}
