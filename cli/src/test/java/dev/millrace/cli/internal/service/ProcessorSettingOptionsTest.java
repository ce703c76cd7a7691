package dev.millrace.cli.internal.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.Vault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ProcessorSettingOptionsTest {
    @Command(name = "some")
    private static final class Some {
        @Mixin
        private final ProcessorSettingOptions settings = new ProcessorSettingOptions();

        @Mixin
        private final DataDirectoryOptions data = new DataDirectoryOptions();
    }

    @TempDir
    Path directory;

    private static Map<String, String> parse(Map<String, String> others, String... args) {
        Some some = new Some();
        new CommandLine(some).parseArgs(args);
        return some.settings.with(others);
    }

    @Test
    void should_take_settings_and_hosts_for_processors() {
        assertThat(parse(Map.of("openai.model", "small", "a", "0"), "--set", "a=1", "--set", "b.c=x=y"))
                .isEqualTo(Map.of("openai.model", "small", "a", "1", "b.c", "x=y"));
        assertThat(parse(Map.of(), "--allow-egress", "api.example.com", "--allow-egress", "10.0.0.1:8080,x.org"))
                .isEqualTo(Map.of("script.allow-hosts", "api.example.com,10.0.0.1:8080,x.org"));
        assertThat(parse(Map.of(), "--allow-webhook", "hooks.internal", "--set", "webhook.allow-hosts=first"))
                .isEqualTo(Map.of("webhook.allow-hosts", "first,hooks.internal"));
        assertThat(parse(Map.of())).isEmpty();
    }

    @Test
    void should_read_a_rate_as_people_write_it() {
        ServiceLimitOptions.PerSecond form = new ServiceLimitOptions.PerSecond();
        assertThat(form.convert("50/s")).isEqualTo(50);
        assertThat(form.convert("7")).isEqualTo(7);
        for (String wrong : List.of("0/s", "-1", "5/m", "many")) {
            assertThat(catchThrowable(() -> form.convert(wrong))).hasMessageContaining("for example 50/s");
        }
    }

    @Test
    void should_know_whether_only_this_machine_reaches_a_service() {
        for (String host : List.of("127.0.0.1", "localhost", "::1", "127.1.2.3")) {
            assertThat(listening(host).isLoopback()).as(host).isTrue();
        }
        assertThat(listening("0.0.0.0").isLoopback()).isFalse();
    }

    private static LocalService.Listening listening(String host) {
        return new LocalService.Listening(host, 0, false, List.of(), List.of(), false, new ServiceLimitOptions());
    }

    @Test
    void should_open_secrets_beside_the_events_with_the_key_of_the_environment() {
        Some some = new Some();
        new CommandLine(some).parseArgs("--data", directory.toString());
        String key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
        DataDirectoryOptions.Opened opened = some.data.open(Path.of("unused"), Map.of("MILLRACE_SECRET_KEY", key));
        opened.vault().create(ProjectSlug.defaultProject(), "name", "value", Optional.empty());
        opened.store().close();

        assertThat(directory.resolve("secret.key")).doesNotExist();
        assertThat(Vault.open(directory, Optional.of(key), Timers.system()).find(ProjectSlug.defaultProject(), "name"))
                .contains("value");
        // a failed open must not leave the directory locked
        assertThat(catchThrowable(() -> some.data.open(Path.of("unused"), Map.of())))
                .hasMessageContaining("there is no key");
        some.data
                .open(Path.of("unused"), Map.of("MILLRACE_SECRET_KEY", key))
                .store()
                .close();
    }
}
