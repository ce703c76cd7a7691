package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script, in a checkout of two files, with fake {@code mvnw} and {@code java} that record their arguments.
 * The tests check when it builds and which flags it passes.
 */
@Tag("jdk")
class LauncherTest {
    private static final Path SCRIPT = script();

    @TempDir
    Path directory;

    private Path root = Path.of("");
    private Path java = Path.of("");

    @BeforeEach
    void checkout() throws IOException {
        root = Files.createDirectories(directory.resolve("a checkout")).toRealPath();
        Files.copy(SCRIPT, root.resolve("millrace"));
        write("pom.xml", "");
        write("bom/pom.xml", "");
        write("cli/pom.xml", "");
        write("cli/src/main/java/Main.java", "");
        write("examples/pom.xml", "");
        write("examples/src/main/java/Example.java", "");
        executable(root.resolve("mvnw"), """
                #!/bin/sh
                echo built "$@" >> mvnw.calls
                echo '[INFO] Building Millrace core 1.0                      [2/12]'
                if [ -f broken ]; then echo '[ERROR] Main.java:[1,1] no'; exit 1; fi
                rm -rf cli/target/millrace
                mkdir -p cli/target/millrace
                echo jar > cli/target/millrace/a.jar
                echo jar > cli/target/millrace/b.jar
                """);
        java = jdk("17.0.15");
    }

    @Test
    void should_build_once_and_then_only_start() throws Exception {
        Run first = millrace("read", "/a b");
        assertThat(first.exit()).isZero();
        assertThat(first.err())
                .containsSubsequence(
                        "millrace: building with Java 17.0.15",
                        "millrace:   core [2/12]",
                        "millrace: preparing fast starts");

        Run second = millrace("read", "/a b");
        assertThat(second.exit()).isZero();
        assertThat(second.err()).isEmpty();
        assertThat(lines("mvnw.calls")).hasSize(1);
        assertThat(second.out())
                .contains(
                        "[-cp] [" + jar("a.jar") + ":" + jar("b.jar") + "] [dev.millrace.cli.Millrace] [read] [/a b]");
    }

    @Test
    void should_build_again_what_is_out_of_date() throws Exception {
        millrace("read");

        touch("cli/src/main/java/Main.java");
        millrace("read");
        assertThat(lines("mvnw.calls")).hasSize(2);

        touch("bom/pom.xml");
        millrace("read");
        assertThat(lines("mvnw.calls")).hasSize(3);

        Files.delete(root.resolve("cli/src/main/java/Main.java"));
        touch("cli/src/main/java");
        millrace("read");
        assertThat(lines("mvnw.calls")).hasSize(4);
    }

    @Test
    void should_not_build_for_the_sake_of_examples() throws Exception {
        millrace("read");
        touch("examples/src/main/java/Example.java");
        millrace("read");

        assertThat(lines("mvnw.calls")).hasSize(1);
    }

    @Test
    void should_show_the_end_of_the_log_when_the_build_fails_and_try_again_next_time() throws Exception {
        write("broken", "");
        Run failed = millrace("read");

        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.err())
                .contains("[ERROR] Main.java:[1,1] no", "millrace: the build failed; the whole log is ");
        assertThat(failed.out()).isEmpty();

        Files.delete(root.resolve("broken"));
        assertThat(millrace("read").exit()).isZero();
    }

    @Test
    void should_start_clients_fast_and_the_server_for_the_long_run() throws Exception {
        String client = millrace("tail", "/a").out();
        String server = millrace("serve").out();

        assertThat(client).contains("[-XX:TieredStopAtLevel=1]", "[-XX:+UseSerialGC]");
        assertThat(server).contains("[-XX:+ExitOnOutOfMemoryError]").doesNotContain("TieredStopAtLevel", "SerialGC");
        assertThat(client)
                .contains("[-XX:SharedArchiveFile=" + root + "/cli/target/cds/17.0.15.jsa]", "[-Xshare:auto]");
        assertThat(server).contains("[-XX:SharedArchiveFile=").doesNotContain("native-access");
    }

    @Test
    void should_archive_classes_once_for_each_java_and_again_after_a_build() throws Exception {
        millrace("read");
        millrace("read");
        assertThat(trainings()).hasSize(1).allMatch(call -> call.contains("[demo] [--once]"));

        java = jdk("25.0.3");
        Run other = millrace("read");
        assertThat(trainings()).hasSize(2);
        assertThat(other.out()).contains("25.0.3.jsa", "[--enable-native-access=ALL-UNNAMED]");

        touch("cli/src/main/java/Main.java");
        millrace("read");
        assertThat(trainings()).hasSize(3);
    }

    @Test
    void should_start_without_an_archive_when_none_can_be_made() throws Exception {
        write("untrainable", "");

        assertThat(millrace("read").out()).doesNotContain("SharedArchiveFile");
        assertThat(millrace("read").err()).isEmpty();
        assertThat(trainings()).hasSize(1);
    }

    @Test
    void should_pass_on_options_for_the_jvm_and_the_exit_code() throws Exception {
        millrace("read");

        Run run = millrace(Map.of("MILLRACE_JAVA_OPTS", "-Xmx64m -Dx=*", "FAKE_EXIT", "3"), "read");

        assertThat(run.out()).contains("[-Xmx64m] [-Dx=*]");
        assertThat(run.exit()).isEqualTo(3);
    }

    /** What is not installed here behaves as it does in an image without locales. */
    @Test
    void should_read_arguments_as_utf_8_in_each_locale() throws Exception {
        millrace("read");
        for (String locale : List.of("", "C", "POSIX", "C.UTF-8", "xx_XX.UTF-8", "xx_XX.ISO-8859-1", "nonsense")) {
            for (String variable : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
                Map<String, String> environment = new HashMap<>(Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", ""));
                environment.put(variable, locale);
                environment.put("FAKE_CHARMAP", "yes");

                Run run = millrace(environment, "append");

                assertThat(run.err()).as("%s=%s", variable, locale).isEmpty();
                assertThat(run.out()).as("%s=%s", variable, locale).contains("charmap UTF-8");
            }
        }
    }

    @Test
    void should_work_from_anywhere_and_through_links() throws Exception {
        Files.createSymbolicLink(directory.resolve("link"), root.resolve("millrace"));
        Path relative = Files.createSymbolicLink(directory.resolve("relative"), Path.of("link"));

        assertThat(run(Map.of(), List.of(relative.toString(), "read")).out()).contains(jar("a.jar"));
        assertThat(run(Map.of(), List.of("sh", "link", "read")).out()).contains(jar("a.jar"));
    }

    @Test
    void should_say_which_java_it_needs() throws Exception {
        java = jdk("11.0.2");
        Run old = millrace("read");
        assertThat(old.exit()).isEqualTo(1);
        assertThat(old.err())
                .isEqualTo("millrace: Java 11.0.2 (" + java
                        + "/bin/java) is too old; install Java 17 or newer, or point" + " JAVA_HOME at it\n");

        java = jdk("1.8.0_402");
        assertThat(millrace("read").err()).contains("Java 1.8.0_402").contains("is too old");

        java = directory.resolve("nowhere");
        assertThat(millrace("read").err()).startsWith("millrace: JAVA_HOME is " + java + ", but it holds no bin/java");
    }

    @Test
    void should_not_mind_the_lock_of_a_dead_process() throws Exception {
        write("cli/target/launcher.lock/pid", "999999999\n");

        assertThat(millrace("read").exit()).isZero();
        assertThat(root.resolve("cli/target/launcher.lock")).doesNotExist();
    }

    private record Run(int exit, String out, String err) {}

    private Run millrace(String... args) throws Exception {
        return millrace(Map.of(), args);
    }

    private Run millrace(Map<String, String> environment, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(root.resolve("millrace").toString()));
        command.addAll(List.of(args));
        return run(environment, command);
    }

    private Run run(Map<String, String> environment, List<String> command) throws Exception {
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", java.toString());
        builder.environment().put("FAKE_LOG", root.resolve("java.calls").toString());
        builder.environment().put("FAKE_ROOT", root.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), out, Files.readString(err));
    }

    private List<String> trainings() throws IOException {
        return lines("java.calls").stream()
                .filter(call -> call.contains("ArchiveClassesAtExit"))
                .toList();
    }

    private String jar(String name) {
        return root + "/cli/target/millrace/" + name;
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(root.resolve(file));
    }

    private void touch(String file) throws IOException {
        Files.setLastModifiedTime(root.resolve(file), FileTime.from(Instant.now()));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.resolveSibling("."));
        Files.writeString(path, text);
    }

    /** A fake Java that records its arguments, and creates the class archive if it is asked to. */
    private Path jdk(String version) throws IOException {
        Path home = Files.createDirectories(directory.resolve("jdk-" + version));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Unknown\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(home.resolve("bin/javac"), "#!/bin/sh\n");
        executable(home.resolve("bin/java"), """
                #!/bin/sh
                call=
                for argument in "$@"; do
                  call="$call [$argument]"
                  case $argument in
                    -XX:ArchiveClassesAtExit=*)
                      [ -f "$FAKE_ROOT/untrainable" ] || echo archive > "${argument#*=}"
                      ;;
                  esac
                done
                [ -z "${FAKE_CHARMAP:-}" ] || echo "charmap $(locale charmap)"
                echo "$call" | tee -a "$FAKE_LOG"
                exit "${FAKE_EXIT:-0}"
                """);
        return home;
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static Path script() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.exists(here.resolve("millrace"))) {
            here = here.getParent();
        }
        return Objects.requireNonNull(here, "the root of the checkout").resolve("millrace");
    }
}
