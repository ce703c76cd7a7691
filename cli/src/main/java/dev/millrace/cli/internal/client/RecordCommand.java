package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.testkit.log.SecretRedaction;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace record}: saves a stream as a log for tests, without secrets. */
@Command(
        name = "record",
        description = {
            "Writes the events of a stream as a log for tests, without secrets.",
            "Fields named like a secret (authorization, api_key, token, password, ...) and texts that look like one"
                    + " (sk-..., Bearer ...) become \"[redacted]\". Read the log before you publish it."
        },
        footer = {
            "  millrace record /demo/agent --out src/test/resources/logs/demo.yaml",
            "  millrace record /demo/agent --after 3 --before 20 > part.yaml",
            "  millrace record /demo/agent --redact email,phone --out logs/demo.yaml"
        })
public final class RecordCommand implements Callable<Integer> {
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
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write; an existing one is replaced. Default: standard output")
    private @Nullable Path out;

    @Option(
            names = "--redact",
            paramLabel = "FIELD",
            split = ",",
            description = "Also redact the values of these fields.")
    private List<String> fields = List.of();

    @Option(names = "--no-redact", description = "Keep everything, also secrets.")
    private boolean keepSecrets;

    public RecordCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (after < 0 || before < 1) {
            throw clientOptions.usage("--after must be 0 or more, --before must be 1 or more");
        }
        if (keepSecrets && !fields.isEmpty()) {
            throw clientOptions.usage("--redact and --no-redact exclude each other; give one of them");
        }
        StreamPath stream = clientOptions.path(path);
        Optional<SecretRedaction> redaction = keepSecrets ? Optional.empty() : Optional.of(redaction());
        try (HttpEventStreams streams = clientOptions.connect();
                LogExport recording = new LogExport(streams, stream, redaction)) {
            recording.read(after, before);
            String header = recording.header(
                    clientOptions.project(), after, before, Timers.system().now());
            if (out == null) {
                recording.writeTo(header, terminal.out());
                terminal.out().flush();
            } else {
                write(recording, header, out);
            }
        }
        return 0;
    }

    private SecretRedaction redaction() {
        try {
            return SecretRedaction.standard().andFields(fields);
        } catch (IllegalArgumentException e) {
            throw clientOptions.usage("--redact: " + e.getMessage(), e);
        }
    }

    private void write(LogExport recording, String header, Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        try {
            Files.createDirectories(absolute.resolveSibling(""));
            try (OutputStream to = Files.newOutputStream(absolute)) {
                recording.writeTo(header, to);
            }
        } catch (IOException e) {
            throw new CommandException("cannot write the log: " + file + ": " + e + "; give another --out", e);
        }
        terminal.note(recording + " in " + file);
    }
}
