package dev.millrace.engine;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.append.AppendErrors;
import dev.millrace.engine.internal.append.ImportedLog;
import dev.millrace.engine.internal.append.ImportedLogBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** The parser of a log that is imported: one event a line. Immutable. */
final class ImportReader {
    /** Clocks differ, and the times of a stream can be ahead of its server's clock; more than a day is an error. */
    private static final Duration AHEAD = Duration.ofDays(1);

    /** A stored event can nest deeper than an input: an invalid one has the input in its {@code payload.rawInput}. */
    private static final int DEEPER = 2;

    /** And it can be larger: an invalid one has the problems, and the bytes of the body in base64 beside its text. */
    private static final int LARGER = 3;

    /** What the description of a request has beside the body, and an event beside its payload. */
    private static final int HEADERS = 32 * 1024;

    private final Limits limits;
    private final KnownEvents known;

    ImportReader(Limits limits, KnownEvents known) {
        this.limits = limits;
        this.known = known;
    }

    /** Reads all lines; blank ones are skipped, but count. Throws a {@link StreamException} that names the line. */
    ImportedLog read(StreamPath target, byte[] lines, Instant now) {
        if (lines.length > limits.forkBytes()) {
            throw tooLarge(AppendErrors.ofLine(target, 1), lines.length + " bytes", "forkBytes", limits.forkBytes());
        }
        ImportedLogBuilder log = new ImportedLogBuilder(now.plus(AHEAD));
        int line = 0;
        for (int start = 0; start < lines.length; ) {
            int end = start;
            boolean isBlank = true;
            while (end < lines.length && lines[end] != '\n') {
                isBlank &= lines[end] >= 0 && lines[end] <= ' ';
                end++;
            }
            line++;
            if (!isBlank) {
                add(log, Arrays.copyOfRange(lines, start, end), AppendErrors.ofLine(target, line));
            }
            start = end + 1;
        }
        return log.build(AppendErrors.ofLine(target, Math.max(1, line)));
    }

    private void add(ImportedLogBuilder log, byte[] line, AppendErrors errors) {
        if (log.size() > limits.forkEvents()) {
            throw tooLarge(errors, "more than " + limits.forkEvents() + " events", "forkEvents", limits.forkEvents());
        }
        checkSize(line, limits.largeEventBytes(), errors); // before it is parsed
        ParsedInput event = InputReader.parse(line, limits.jsonDepth() + DEEPER, errors);
        if (!event.isObject()) {
            throw errors.notImported(
                    Code.BAD_REQUEST,
                    "expected an event, got " + event.kind(),
                    "send the log of a stream as reads return it, from offset 1");
        }
        checkSize(line, known.maxBytes(event.type(), limits), errors);
        log.add(event.fields(), errors);
    }

    /** {@code ofType}: the largest input of the type of the event. */
    private void checkSize(byte[] line, int ofType, AppendErrors errors) {
        long most = Math.max((long) limits.eventBytes() * LARGER, ofType) + HEADERS;
        if (line.length > most) {
            throw errors.notImported(
                    Code.TOO_LARGE,
                    "the event has " + line.length + " bytes, at most " + most
                            + " are allowed (three times the limit eventBytes, or the limit of its type, and 32 KiB)",
                    "raise the limit, or import the events before it");
        }
    }

    /** All appends to all streams wait while an import is written, as for a fork. */
    private static StreamException tooLarge(AppendErrors errors, String what, String limit, long most) {
        return errors.notImported(
                Code.TOO_LARGE,
                "the log has " + what + ", at most " + most + " are imported (limit " + limit + ")",
                "import the events up to an earlier offset");
    }
}
