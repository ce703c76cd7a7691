package dev.millrace.cli.internal.terminal;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Prints events live, one line each. In a terminal, the chunks of one reply are joined to one growing text; in a pipe
 * each chunk is a line. Not thread-safe.
 */
public final class LiveLogPrinter implements EventWriter {
    private static final EventCatalog CATALOG = AgentEvent.catalog();
    private static final String INDENT = "       ";

    private final Terminal terminal;
    private final LogLineFormatter line;
    private final boolean folding;
    private long request;
    private int output;
    private String kind = "";

    public LiveLogPrinter(Terminal terminal, LogLineFormatter line, boolean folding) {
        this.terminal = terminal;
        this.line = line;
        this.folding = folding;
    }

    @Override
    public void write(Event event) {
        if (folding && event.decodedBy(CATALOG).payload() instanceof ChunkAdded chunk) {
            if (!isOpen()
                    || chunk.requestId() != request
                    || chunk.outputIndex() != output
                    || !chunk.kind().equals(kind)) {
                end();
                terminal.out().print(line.head(event));
                request = chunk.requestId();
                output = chunk.outputIndex();
                kind = chunk.kind();
            }
            terminal.out().print(flowing(chunk.text()));
        } else {
            end();
            terminal.out().println(line.of(event));
        }
        terminal.out().flush();
    }

    /** Ends the line of the growing text, if there is one. */
    @Override
    public void end() {
        if (isOpen()) {
            terminal.out().println();
            kind = "";
        }
    }

    private boolean isOpen() {
        return !kind.isEmpty();
    }

    private static String flowing(String text) {
        return Arrays.stream(text.split("\n", -1))
                .map(TerminalText::printable)
                .collect(Collectors.joining("\n" + INDENT));
    }
}
