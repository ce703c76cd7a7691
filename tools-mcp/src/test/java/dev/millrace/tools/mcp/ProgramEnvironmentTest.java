package dev.millrace.tools.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramEnvironmentTest {
    @Test
    void should_inherit_no_keys_and_no_passwords_of_proxies() {
        Map<String, String> own = Map.of(
                "PATH", "/bin",
                "OPENAI_API_KEY", "secret",
                "HTTP_PROXY", "http://ann:p@ss/word@proxy:3128/",
                "https_proxy", "ann:secret@proxy:3128",
                "NO_PROXY", "localhost,.example.com");

        assertThat(ProgramEnvironment.inherited(own))
                .isEqualTo(Map.of(
                        "PATH", "/bin",
                        "HTTP_PROXY", "http://proxy:3128/",
                        "https_proxy", "proxy:3128",
                        "NO_PROXY", "localhost,.example.com"));
    }
}
