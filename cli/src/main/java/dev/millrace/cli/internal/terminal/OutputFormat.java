package dev.millrace.cli.internal.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;

/** The output formats of events. */
public enum OutputFormat {
    /** One YAML document per event; a testkit can read the output as a recorded log. */
    YAML {
        @Override
        public EventWriter to(Terminal terminal) {
            return event -> print(terminal.out(), YamlDocument.of(JsonCodec.toTree(event)));
        }
    },
    JSON {
        @Override
        public EventWriter to(Terminal terminal) {
            return new JsonArray(terminal.out());
        }
    },
    NDJSON {
        @Override
        public EventWriter to(Terminal terminal) {
            return event ->
                    print(terminal.out(), TerminalText.escaped(JsonCodec.writeText(JsonCodec.toTree(event))) + "\n");
        }
    },
    /** One line per event for people: offset, time, type, payload. */
    LOG {
        @Override
        public EventWriter to(Terminal terminal) {
            LogLineFormatter line = new LogLineFormatter(ZoneId.systemDefault(), terminal.columns());
            return event -> print(terminal.out(), line.of(event) + "\n");
        }
    };

    public abstract EventWriter to(Terminal terminal);

    private static void print(PrintStream out, String text) {
        out.print(text);
        out.flush();
    }

    /** Indented JSON, safe for a terminal. */
    public static String indented(JsonNode json) {
        return TerminalText.escaped(new String(JsonCodec.indent(JsonCodec.write(json)), StandardCharsets.UTF_8));
    }

    private static final class JsonArray implements EventWriter {
        private final PrintStream out;
        private boolean empty = true;

        JsonArray(PrintStream out) {
            this.out = out;
        }

        @Override
        public void write(Event event) {
            String json = indented(JsonCodec.toTree(event));
            print(out, (empty ? "[\n  " : ",\n  ") + json.replace("\n", "\n  "));
            empty = false;
        }

        @Override
        public void end() {
            print(out, empty ? "[]\n" : "\n]\n");
        }
    }
}
