package dev.millrace.cli;

import dev.millrace.cli.internal.terminal.TerminalText;
import java.io.UnsupportedEncodingException;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The log configuration of the command: one line per record on standard error; only warnings, unless {@code --verbose}
 * is given.
 */
public final class QuietLogging {
    /** Called by the JDK when the first record is logged, so commands that log nothing start faster. */
    public QuietLogging() {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        ConsoleHandler handler = new ConsoleHandler();
        handler.setFormatter(new OneLine());
        setUtf8(handler);
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        root.setLevel(Level.WARNING);
    }

    private static void setUtf8(ConsoleHandler handler) {
        try {
            handler.setEncoding("UTF-8");
        } catch (UnsupportedEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static void install() {
        System.setProperty("java.util.logging.config.class", QuietLogging.class.getName());
    }

    /** Also shows records of level INFO. */
    static void speakUp() {
        Logger.getLogger("").setLevel(Level.INFO);
    }

    /** {@code millrace: warning: message (cause)}; texts in it may come from events and requests. */
    static final class OneLine extends Formatter {
        @Override
        public String format(LogRecord record) {
            Throwable thrown = record.getThrown();
            String text = formatMessage(record) + (thrown == null ? "" : " (" + thrown + ")");
            return "millrace: " + record.getLevel().getName().toLowerCase(Locale.ROOT) + ": "
                    + TerminalText.printable(TerminalText.oneLine(text)) + System.lineSeparator();
        }
    }
}
