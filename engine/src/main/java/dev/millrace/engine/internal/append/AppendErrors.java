package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.core.JsonLocation;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import org.jspecify.annotations.Nullable;

/** A factory of the exceptions for refused appends: what failed, where, why, what to do. */
public final class AppendErrors {
    private static final int LONGEST_PROBLEMS = 500;

    private final StreamPath path;
    private final String where;
    private final boolean isLine;

    /** For the input number {@code index}, from 0, of {@code count}. */
    public AppendErrors(StreamPath path, int index, int count) {
        this(path, count == 1 ? path.value() : path + " (event " + (index + 1) + " of " + count + ")", false);
    }

    private AppendErrors(StreamPath path, String where, boolean isLine) {
        this.path = path;
        this.where = where;
        this.isLine = isLine;
    }

    /** For a line, from 1, of a log that is imported. */
    public static AppendErrors ofLine(StreamPath path, long line) {
        return new AppendErrors(path, path + " (line " + line + ")", true);
    }

    public StreamException emptyBatch() {
        return of(Code.BAD_REQUEST, "a batch needs at least one event", "send one");
    }

    public StreamException batchTooLong(int count, int limit) {
        return of(
                Code.BAD_REQUEST,
                "the batch has " + count + " events, at most " + limit + " are allowed (limit batchEvents)",
                "split it");
    }

    public StreamException batchTooLarge(long bytes, int limit) {
        return of(
                Code.TOO_LARGE,
                "the batch has " + bytes + " bytes, at most " + limit + " are allowed (limit batchBytes)",
                "split it");
    }

    /** {@code isLarge}: whether the type of the event may be larger than others. */
    public StreamException eventTooLarge(int bytes, int limit, boolean isLarge) {
        return of(
                Code.TOO_LARGE,
                "the event has " + bytes + " bytes, at most " + limit + " are allowed (limit "
                        + (isLarge ? "largeEventBytes" : "eventBytes") + ")",
                "send less, or a reference to it");
    }

    /** A large event that is not valid, so that it cannot be stored as it was meant. */
    public StreamException invalidTooLarge(int bytes, int limit, String problems) {
        return of(
                Code.TOO_LARGE,
                "the event is not valid: " + MessageTexts.shorten(problems, LONGEST_PROBLEMS) + "; with " + bytes
                        + " bytes it is too large to be kept as invalid-event-appended, which has at most " + limit
                        + " (limit eventBytes)",
                "correct it");
    }

    public StreamException tooDeep(int depth, int limit) {
        return of(
                Code.BAD_REQUEST,
                "the JSON nests at least " + depth + " deep, at most " + limit + " is allowed (limit jsonDepth)",
                "flatten it, or send it as a string");
    }

    /** {@code at}: the place of the problem in the text, if it is known. */
    public StreamException notJson(String problem, @Nullable JsonLocation at, @Nullable Throwable cause) {
        return of(
                Code.BAD_REQUEST,
                "the " + (isLine ? "line" : "body") + " is not one JSON value: " + problem + place(at),
                "correct the JSON",
                cause);
    }

    private String place(@Nullable JsonLocation at) {
        if (at == null || at.getLineNr() < 0) {
            return "";
        }
        return " (" + (isLine ? "" : "line " + at.getLineNr() + ", ") + "column " + at.getColumnNr() + ")";
    }

    /** The refusal of an import. */
    public StreamException notImported(Code code, String why, String whatToDo) {
        return of(code, why, whatToDo);
    }

    StreamException reservedKey(String key) {
        return of(
                Code.BAD_REQUEST,
                "idempotencyKey '" + MessageTexts.shorten(key) + "' begins with '" + StreamCreation.RESERVED
                        + "', which is reserved for the service",
                "choose another key");
    }

    StreamException initializedTwice() {
        return of(
                Code.BAD_REQUEST,
                "stream-initialized may only be appended once, and the service has done so",
                "append another type");
    }

    StreamException wrongOffset(long supplied, long next) {
        return of(
                Code.OFFSET_MISMATCH,
                "the supplied offset " + supplied + " is not the next generated offset " + next,
                "read what was appended in between and decide again");
    }

    StreamException paused() {
        return of(
                Code.PAUSED,
                "the stream is paused",
                "append an event of the type " + BuiltInType.RESUMED.type() + " first");
    }

    StreamException fenced(Fence fence) {
        return of(
                Code.FENCED,
                "it is fenced: lease " + fence.epoch() + " of '" + fence.slug() + "' on " + fence.path()
                        + " is not held any more, or never was",
                "stop this runner; the process with the newest lease continues");
    }

    private StreamException of(Code code, String why, String whatToDo) {
        return of(code, why, whatToDo, null);
    }

    private StreamException of(Code code, String why, String whatToDo, @Nullable Throwable cause) {
        String what = isLine ? "import refused: " : "append refused: ";
        String rest = isLine ? "; nothing was stored; " : "; ";
        return new StreamException(code, path, what + where + "; " + why + rest + whatToDo, cause);
    }
}
