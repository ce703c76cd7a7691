package dev.millrace.processors.script.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page about scripts names each setting with its default. */
class DocumentedLimitsTest {
    private static final Path PAGE = Path.of("..", "docs", "processors", "dynamic-worker.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\|[^|]*\\| ([^|]*) \\| `(script\\.[a-z-]+)` \\|$");

    @Test
    void should_name_each_setting_with_its_default() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            documented.put(row.group(2), row.group(1));
        }
        ScriptLimits limits;
        try (StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start()) {
            limits = ScriptLimits.of(HostContext.over(engine.streams(ProjectSlug.defaultProject()))
                    .build());
        }

        assertThat(documented)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "script.reduce-cpu-ms", limits.reduceCpu().toMillis() + " ms",
                        "script.effect-cpu-ms", limits.effectCpu().toSeconds() + " s",
                        "script.effect-wall-ms", limits.effectWall().toSeconds() + " s",
                        "script.heap-mib", limits.heapMib() + " MiB",
                        "script.output-bytes", String.format(Locale.ROOT, "%,d characters", limits.outputBytes()),
                        "script.state-bytes", limits.stateBytes() / (1 << 20) + " MiB",
                        "script.max-appends", String.valueOf(limits.appends()),
                        "script.response-bytes", limits.responseBytes() / (1 << 20) + " MiB",
                        "script.max-workers", String.valueOf(limits.maxWorkers()),
                        "script.idle-ms", limits.idle().toSeconds() + " s"));
        assertThat(Files.readString(PAGE))
                .contains("with its source | " + ScriptLimits.EVENT_BYTES / (1 << 20) + " MiB (else")
                .contains("| timers and fetches open at a time | " + ScriptLimits.OPEN_OPERATIONS + " |");
    }
}
