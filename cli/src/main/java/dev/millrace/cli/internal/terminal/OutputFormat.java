package dev.millrace.cli.internal.terminal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;

/** The output formats of events. */
public enum OutputFormat {
    /** One YAML document per event; a testkit can read the output as a recorded log. */
    YAML {
        @Override
        public EventWriter to(Terminal terminal) {
            return event -> print(terminal.out(), yaml(JsonCodec.write(JsonCodec.toTree(event))));
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
            return event -> print(terminal.out(), JsonCodec.writeText(JsonCodec.toTree(event)) + "\n");
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

    /** One YAML document, in the format of the server. */
    public static String yaml(byte[] json) {
        YAMLFactory factory =
                YAMLFactory.builder().disable(YAMLGenerator.Feature.SPLIT_LINES).build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonParser parser = JsonCodec.storedParser(json);
                JsonGenerator generator = factory.createGenerator(out)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isNumeric()) {
                    generator.writeNumber(JsonCodec.yamlNumber(parser.getText()));
                } else {
                    JsonCodec.copyToken(parser, generator);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write as YAML: " + e.getMessage(), e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static final class JsonArray implements EventWriter {
        private final PrintStream out;
        private boolean empty = true;

        JsonArray(PrintStream out) {
            this.out = out;
        }

        @Override
        public void write(Event event) {
            String json =
                    new String(JsonCodec.indent(JsonCodec.write(JsonCodec.toTree(event))), StandardCharsets.UTF_8);
            print(out, (empty ? "[\n  " : ",\n  ") + json.replace("\n", "\n  "));
            empty = false;
        }

        @Override
        public void end() {
            print(out, empty ? "[]\n" : "\n]\n");
        }
    }
}
