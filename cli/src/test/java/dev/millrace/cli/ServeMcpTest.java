package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeMcpTest {
    @TempDir
    Path directory;

    @Test
    void should_say_what_is_wrong_in_the_file_of_mcp_servers() throws IOException {
        assertRefused("{\"mcpServers\": {\"a\": {\"comand\": \"npx\"}}}", ": mcpServers.a.comand: unknown field");
        assertRefused(
                "{\"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": [\"${NO_SUCH_NAME}\"]}}}",
                ": mcpServers.a.args[0]: the variable NO_SUCH_NAME is not set; correct the file");
        assertRefused("{\"mcpServers\": ", ": it ends too early (line 1, column 16); correct the file");
        Files.delete(directory.resolve("mcp.json"));
        assertRefused(" cannot be read: java.nio.file.NoSuchFileException");
    }

    private void assertRefused(String content, String message) throws IOException {
        Files.writeString(directory.resolve("mcp.json"), content);
        assertRefused(message);
    }

    private void assertRefused(String message) {
        Path file = directory.resolve("mcp.json");
        Screen screen = Screen.pipe();
        assertThat(screen.run("serve", "--in-memory", "--port", "0", "--mcp", file.toString()))
                .isEqualTo(1);
        assertThat(screen.err())
                .startsWith("millrace: --mcp: " + file + message)
                .hasLineCount(1);
    }
}
