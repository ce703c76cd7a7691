package dev.millrace.cli.internal.terminal;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Formats an event as one line of at most {@code columns}: offset, time of day in {@code zone}, type, payload. */
public record LogLineFormatter(ZoneId zone, int columns) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    public String of(Event event) {
        return TerminalText.clip(head(event) + JsonCodec.writeText(event.payloadJson()), columns);
    }

    /** The line up to the payload. */
    String head(Event event) {
        return String.format(
                Locale.ROOT,
                "%5d  %s  %-24s  ",
                event.offset(),
                TIME.format(event.createdAt().atZone(zone)),
                TerminalText.printable(ShortTypeName.brief(event.type())));
    }
}
