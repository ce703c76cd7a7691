package dev.millrace.cli.internal.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.store.sqlite.SqliteEventStore;
import dev.millrace.store.sqlite.VerifySummary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace verify}: checks all events of a data directory, and changes nothing. */
@Command(
        name = "verify",
        description = {
            "Checks the events of a data directory while no server runs on it, and changes nothing: the structure of the file,"
                    + " the checksum of each event, the offsets and the last event of each stream, and whether events are"
                    + " missing that were there before.",
            "Each line names something that is damaged. The exit code is 0 if nothing is, else 1.",
            "To check a running server, make a backup and verify that."
        },
        footer = {
            "  millrace verify",
            "  millrace verify --data /backups/2026-12-01",
            "  millrace verify --data /var/lib/millrace --json"
        })
public final class VerifyCommand implements Callable<Integer> {
    private static final int TENTHS = 10;

    /** Below it, the check takes about a second. */
    private static final long MANY_EVENTS = 100_000;

    private final Terminal terminal;
    private long told;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".millrace",
            description = "The data directory of the service, or a backup. Default: ${DEFAULT-VALUE}")
    private Path directory = Path.of(".millrace");

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    public VerifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        VerifySummary summary = SqliteEventStore.verify(directory, this::tell);
        if (json) {
            byte[] indented = JsonCodec.indent(JsonCodec.write(toTree(summary)));
            terminal.out().println(new String(indented, StandardCharsets.UTF_8));
        } else {
            print(summary);
        }
        if (!summary.hasChecksums()) {
            terminal.note(
                    "an older version wrote this directory, so its events have no checksums; start a server on it once");
        }
        return summary.isSound() ? 0 : 1;
    }

    /** Prints a line for each tenth of many events. */
    private void tell(long done, long all) {
        long tenths = done * TENTHS / Math.max(1, all);
        if (tenths > told && all >= MANY_EVENTS && done < all) {
            told = tenths;
            terminal.note("checked " + done + " of " + all + " events");
        }
    }

    private void print(VerifySummary summary) {
        summary.faults().forEach(fault -> terminal.out().println("damaged: " + fault));
        for (VerifySummary.Damaged event : summary.damaged()) {
            ProjectSlug project = event.stream().project();
            String prefix = project.equals(ProjectSlug.defaultProject()) ? "" : project + ":";
            terminal.out()
                    .println("damaged: " + prefix + event.stream().path() + "@" + event.offset() + " " + event.type());
        }
        long more = summary.damagedEvents() - summary.damaged().size();
        terminal.out()
                .println((more > 0 ? "and " + more + " more events; " : "") + "verified "
                        + directory.toAbsolutePath().normalize() + ": " + summary.events() + " events of "
                        + summary.streams() + " streams; "
                        + (summary.isSound()
                                ? "nothing is damaged"
                                : "damaged events: " + summary.damagedEvents() + ", other faults: "
                                        + summary.faults().size()));
    }

    private static ObjectNode toTree(VerifySummary summary) {
        ObjectNode answer = JsonNodeFactory.instance
                .objectNode()
                .put("sound", summary.isSound())
                .put("streams", summary.streams())
                .put("events", summary.events())
                .put("checksums", summary.hasChecksums())
                .put("damagedEvents", summary.damagedEvents());
        ArrayNode damaged = answer.putArray("damaged");
        for (VerifySummary.Damaged event : summary.damaged()) {
            damaged.addObject()
                    .put("projectSlug", event.stream().project().value())
                    .put("streamPath", event.stream().path().value())
                    .put("offset", event.offset())
                    .put("position", event.position())
                    .put("type", event.type());
        }
        ArrayNode faults = answer.putArray("faults");
        summary.faults().forEach(faults::add);
        return answer;
    }
}
