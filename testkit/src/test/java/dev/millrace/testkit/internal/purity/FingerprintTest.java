package dev.millrace.testkit.internal.purity;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.testkit.FingerprintSample;
import dev.millrace.testkit.internal.bytecode.ReducerFingerprint;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("jdk")
class FingerprintTest {
    private static final List<String> SOURCES = List.of("FingerprintSample", "LabProcessor", "History", "Note");

    @TempDir
    private Path directory;

    /** The file was written once; every JDK that builds this module compares with it. */
    @Test
    void should_be_what_another_compiler_made_of_the_same_source() {
        assertThat(new FingerprintSample()).hasAcceptedFingerprint();
    }

    @Test
    void should_not_depend_on_other_compiler_options_than_the_release() throws Exception {
        ReducerFingerprint expected = ReducerFingerprint.of(new FingerprintSample());

        Edit edit = source ->
                "\n\n" + source.replace("String word", "String renamed").replace("plus(word)", "plus(renamed)");

        assertThat(compiled(edit, "-g:none", "-parameters").methods()).isEqualTo(expected.methods());
    }

    @Test
    void should_change_when_any_code_changes() throws Exception {
        List<String> edits = List.of(
                "number > 2", "number > 3",
                "\"hidden \"", "\"hidden: \"",
                "() -> prefix + text", "() -> text + prefix",
                "Map.of(\"noted\", 2)", "Map.of(\"noted\", 3)",
                "case \"BB\":", "case \"CC\":",
                "y - by", "y + by");

        assertThat(changes(edits))
                .containsExactly(
                        "FingerprintSample.Point.moved(int)",
                        "FingerprintSample.byType(History, Event)",
                        "FingerprintSample.hidden(int)",
                        "FingerprintSample.nested(History, Event)",
                        "FingerprintSample.reduce(History, Event)",
                        "FingerprintSample.static initialiser");
    }

    @Test
    void should_change_when_a_case_has_another_member() throws Exception {
        List<String> edits =
                List.of("case IDLE ->", "case NONE ->", "case DONE ->", "case IDLE ->", "case NONE ->", "case DONE ->");

        assertThat(changes(edits)).containsExactly("FingerprintSample.reduce(History, Event)");
    }

    @Test
    void should_say_how_to_accept_the_first_one() {
        ReducerFingerprintFile accepted = new ReducerFingerprintFile(directory.resolve("chat.txt"));

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> accepted.check("chat", fingerprint(1, "a", "1")))
                .withMessage("Reducer of 'chat' has no accepted fingerprint: " + directory.resolve("chat.txt")
                        + " does not exist; run the test once with -Dmillrace.fingerprints=accept and commit the file");
    }

    @Test
    void should_tell_a_forgotten_version_from_a_raised_one() throws IOException {
        ReducerFingerprintFile accepted = new ReducerFingerprintFile(directory.resolve("chat.txt"));
        accepted.accept("chat", fingerprint(1, "same()", "1", "changed()", "2", "gone()", "3"));
        ReducerFingerprint now = fingerprint(1, "same()", "1", "changed()", "4", "new()", "5");

        accepted.check("chat", fingerprint(1, "same()", "1", "changed()", "2", "gone()", "3"));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> accepted.check("chat", now))
                .withMessageStartingWith("Reducer of 'chat' has changed, but version() is still 1: changed() changed,"
                        + " gone() is no longer called, new() is new; raise version(), because ");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> accepted.check("chat", new ReducerFingerprint(2, now.methods())))
                .withMessageStartingWith(
                        "Reducer of 'chat' has version() 2, but its accepted fingerprint has 1: changed()");
    }

    private static ReducerFingerprint fingerprint(int version, String... namesAndHashes) {
        Map<String, String> methods = new TreeMap<>();
        for (int i = 0; i < namesAndHashes.length; i += 2) {
            methods.put(namesAndHashes[i], namesAndHashes[i + 1]);
        }
        return new ReducerFingerprint(version, methods);
    }

    /** The methods that change if each of these texts is replaced by the one after it. */
    private List<String> changes(List<String> edits) throws Exception {
        Map<String, String> accepted =
                ReducerFingerprint.of(new FingerprintSample()).methods();
        Map<String, String> methods = compiled(source -> {
                    String edited = source;
                    for (int i = 0; i < edits.size(); i += 2) {
                        assertThat(edited).contains(edits.get(i));
                        edited = edited.replace(edits.get(i), edits.get(i + 1));
                    }
                    return edited;
                })
                .methods();
        return methods.entrySet().stream()
                .filter(method -> !method.getValue().equals(accepted.get(method.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private interface Edit {
        String apply(String source);
    }

    /** The fingerprint of an edited source, compiled by the current JDK. */
    private ReducerFingerprint compiled(Edit edit, String... options) throws Exception {
        Path out = Files.createTempDirectory(directory, "compiled");
        List<String> arguments =
                new ArrayList<>(List.of("--release", "17", "-proc:none", "-nowarn", "-d", out.toString()));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
        for (String name : SOURCES) {
            String source = Files.readString(Path.of("src/test/java/dev/millrace/testkit/" + name + ".java"));
            Path file = out.resolve(name + ".java");
            Files.writeString(file, name.equals("FingerprintSample") ? edit.apply(source) : source);
            arguments.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream problems = new ByteArrayOutputStream();
        int result = compiler.run(null, null, problems, arguments.toArray(new String[0]));
        assertThat(result).as(problems.toString(StandardCharsets.UTF_8)).isZero();
        List<URL> path = new ArrayList<>(List.of(out.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            path.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(path.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            return ReducerFingerprint.of(loader.loadClass(FingerprintSample.class.getName()), 1);
        }
    }
}
