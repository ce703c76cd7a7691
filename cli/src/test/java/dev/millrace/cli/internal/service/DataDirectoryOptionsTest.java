package dev.millrace.cli.internal.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class DataDirectoryOptionsTest {
    @Command(name = "some")
    private static final class Some {
        @Mixin
        private final DataDirectoryOptions data = new DataDirectoryOptions();
    }

    @TempDir
    Path parent;

    private static void open(String... args) {
        Some some = new Some();
        new CommandLine(some).parseArgs(args);
        some.data.open(Path.of("unused"), Map.of()).store().close();
    }

    @Test
    void should_go_on_after_a_loss_only_if_it_is_accepted() throws Exception {
        String data = parent.resolve("data").toString();
        open("--data", parent.resolve("other").toString());
        open("--data", data);
        Files.delete(Path.of(data, "millrace.db"));
        Files.copy(parent.resolve("other/millrace.db"), Path.of(data, "millrace.db"));

        assertThatThrownBy(() -> open("--data", data))
                .hasMessageContaining("it is another database than the one that was here")
                .hasMessageContaining("millrace serve --accept-loss");
        open("--data", data, "--accept-loss");
        open("--data", data);
        assertThat(Path.of(data, "millrace.mark")).exists();
    }
}
