package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.EventWriter;
import dev.millrace.cli.internal.terminal.OutputFormat;
import dev.millrace.cli.internal.terminal.ShortTypeName;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace read}: prints the events of a stream. It reads in pages, so a long log needs little memory. */
@Command(
        name = "read",
        description = "Prints the events of a stream.",
        footer = {
            "  millrace read /demo/agent",
            "  millrace read /demo/agent --format log --types agent-input-added,llm-request-completed",
            "  millrace read /demo/agent --desc --limit 1 --format json",
            "  millrace read /demo/agent > logs/two-turns.yaml      a log for the testkit"
        })
public final class ReadCommand implements Callable<Integer> {
    private static final int PAGE = 1000;

    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream, /demo/agent for example.")
    private String path = "";

    @Option(names = "--after", paramLabel = "N", description = "Only events after this offset.")
    private long after;

    @Option(names = "--before", paramLabel = "N", description = "Only events before this offset.")
    private long before = Long.MAX_VALUE;

    @Option(
            names = "--types",
            paramLabel = "TYPE",
            split = ",",
            description = "Only events of these types, as written; paused and other short names are known.")
    private Set<String> types = Set.of();

    @Option(names = "--limit", paramLabel = "N", description = "At most this many events.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--desc", description = "Newest first.")
    private boolean descending;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "yaml",
            description = "yaml, json, ndjson or log. Default: ${DEFAULT-VALUE}")
    private OutputFormat format = OutputFormat.YAML;

    public ReadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (after < 0 || before < 1 || limit < 1) {
            throw clientOptions.usage("--after must be 0 or more, --before and --limit must be 1 or more");
        }
        StreamPath stream = clientOptions.path(path);
        try (HttpEventStreams streams = clientOptions.connect()) {
            EventWriter writer = format.to(terminal);
            long left = limit;
            boolean more = true;
            while (more && left > 0 && !terminal.out().checkError()) {
                int size = (int) Math.min(left, PAGE);
                List<Event> page = ClientOptions.await(streams.read(stream, range(size)));
                page.forEach(writer::write);
                left -= page.size();
                more = page.size() == size;
                if (more) {
                    long last = page.get(page.size() - 1).offset();
                    if (descending) {
                        before = last;
                    } else {
                        after = last;
                    }
                }
            }
            writer.end();
        }
        return 0;
    }

    private ReadRange range(int size) {
        ReadRange.Builder range = ReadRange.builder();
        range.afterOffset(after).types(wanted()).limit(size).descending(descending);
        if (before < Long.MAX_VALUE) {
            range.beforeOffset(before);
        }
        return range.build();
    }

    /** The types as written, and those that short names stand for. */
    private Set<String> wanted() {
        return types.stream()
                .flatMap(type -> Stream.concat(Stream.of(type), ShortTypeName.full(type).stream()))
                .collect(Collectors.toSet());
    }
}
