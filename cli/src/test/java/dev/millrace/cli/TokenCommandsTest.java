package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that are created on the command line and used with a real server. */
class TokenCommandsTest {
    @TempDir
    Path directory;

    private Screen run(int code, String... args) {
        Screen screen = Screen.pipe();
        assertThat(screen.run(args)).as(String.join(" ", args) + screen.err()).isEqualTo(code);
        return screen;
    }

    private String create(String... options) {
        String[] args = new String[options.length + 4];
        System.arraycopy(new String[] {"token", "create", "--data", directory.toString()}, 0, args, 0, 4);
        System.arraycopy(options, 0, args, 4, options.length);
        Screen screen = run(0, args);
        assertThat(screen.out().strip()).matches("mrt_[A-Za-z0-9_-]{43}");
        return screen.out().strip();
    }

    @Test
    void should_make_list_and_revoke_tokens() throws Exception {
        String token = create("--prefix", "/team", "--allow", "append,read", "--expires", "30d");
        create("--allow", "admin", "--project", "*");

        Screen listed = run(0, "token", "list", "--data", directory.toString());
        assertThat(listed.out().lines())
                .hasSize(2)
                .anyMatch(line -> line.matches("[0-9a-f]{12}  read,append on /team of public until \\S+Z"))
                .anyMatch(line -> line.matches("[0-9a-f]{12}  admin on / of every project"));
        assertThat(listed.out()).doesNotContain(token);
        assertThat(Files.readString(directory.resolve("tokens.json"))).doesNotContain(token);

        String id = listed.out().substring(0, 12);
        assertThat(run(0, "token", "revoke", id, "--data", directory.toString()).out())
                .isEqualToIgnoringNewLines("revoked " + id);
        assertThat(run(1, "token", "revoke", id, "--data", directory.toString()).err())
                .contains("there is no token " + id);
        assertThat(run(0, "token", "list", "--data", directory.toString()).out().lines())
                .hasSize(1);
    }

    @Test
    void should_say_what_is_wrong_with_a_token() {
        String data = directory.toString();
        assertThat(run(2, "token").err()).contains("create, list or revoke");
        assertThat(run(2, "token", "create", "--data", data).err()).contains("--allow");
        assertThat(run(2, "token", "create", "--data", data, "--allow", "write").err())
                .contains("there is no operation 'write'");
        assertThat(run(2, "token", "create", "--data", data, "--allow", "read", "--expires", "soon")
                        .err())
                .contains("for example 30d, got 'soon'");
        assertThat(run(2, "token", "create", "--data", data, "--allow", "read", "--prefix", "/Big")
                        .err())
                .contains("path is not valid");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void should_let_commands_in_with_a_token_and_turn_them_away_without() {
        String writer = create("--prefix", "/team", "--allow", "append");
        String reader = create("--allow", "read");
        DataDirectoryOptions.Opened data = new DataDirectoryOptions.Opened(
                SqliteEventStore.open(directory),
                Optional.of(AccessTokens.in(directory, Timers.system())),
                Vault.inMemory(Timers.system()));
        try (LocalService service = LocalService.start(data, Map.of(), LocalService.Listening.locally(0, false))) {
            String url = service.uri().toString();
            String[] append = {"append", "/team/a", "--type", "x", "--url", url};

            assertThat(run(1, append).err())
                    .contains("this server requires a token")
                    .hasLineCount(1);
            assertThat(run(1, "append", "/team/a", "--type", "x", "--url", url, "--token", "wrong")
                            .err())
                    .contains("the token is unknown")
                    .doesNotContain("wrong");
            run(0, "append", "/team/a", "--type", "x", "--url", url, "--token", writer);
            assertThat(run(1, "append", "/other", "--type", "x", "--url", url, "--token", writer)
                            .err())
                    .contains("it covers /team and below");
            assertThat(run(1, "read", "/team/a", "--url", url, "--token", writer)
                            .err())
                    .contains("does not allow 'read'");
            assertThat(run(0, "read", "/team/a", "--url", url, "--token", reader)
                            .out())
                    .contains("type: \"x\"");
            assertThat(run(1, "tail", "/team/a", "--url", url).err()).contains("this server requires a token");
        }
    }
}
