package dev.millrace.engine;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.core.Chain;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.append.AppendErrors;
import dev.millrace.engine.internal.append.InputValidator;
import dev.millrace.engine.internal.append.PreparedEvent;
import dev.millrace.engine.internal.append.SystemEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The parser of appended inputs; numbers keep their characters. It refuses an input that is not JSON or exceeds a
 * limit. Every other input becomes a {@link PreparedEvent}, possibly invalid. Immutable; runs on the caller's thread.
 */
final class InputReader {
    private final Limits limits;
    private final KnownEvents known;

    InputReader(Limits limits, KnownEvents known) {
        this.limits = limits;
        this.known = known;
    }

    /** Reads all inputs of one request of code in this process. Throws {@link StreamException} if one is not JSON or exceeds a limit. */
    List<PreparedEvent> read(StreamPath path, List<byte[]> inputs) {
        int count = inputs.size();
        checkBatch(path, inputs.stream().mapToInt(input -> input.length).toArray());
        for (int i = 0; i < count; i++) {
            checkSize(
                    inputs.get(i).length,
                    limits.largeEventBytes(),
                    new AppendErrors(path, i, count)); // before any is parsed
        }
        List<PreparedEvent> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            AppendErrors appendErrors = new AppendErrors(path, i, count);
            byte[] json = inputs.get(i);
            ParsedInput input = parse(json, limits.jsonDepth(), appendErrors);
            checkSize(json.length, known.maxBytes(input.type(), limits), appendErrors);
            read.add(read(input, json.length, CallerTrust.TRUSTED, Optional.empty(), appendErrors));
        }
        return read;
    }

    private void checkBatch(StreamPath path, int[] lengths) {
        int count = lengths.length;
        AppendErrors whole = new AppendErrors(path, 0, 1);
        if (count == 0) {
            throw whole.emptyBatch();
        }
        if (count > limits.batchEvents()) {
            throw whole.batchTooLong(count, limits.batchEvents());
        }
        long bytes = Arrays.stream(lengths).asLongStream().sum();
        if (count > 1 && bytes > limits.batchBytes()) {
            throw whole.batchTooLarge(bytes, limits.batchBytes());
        }
    }

    private void checkSize(int length, int most, AppendErrors appendErrors) {
        if (length > most) {
            throw appendErrors.eventTooLarge(length, most, most > limits.eventBytes());
        }
    }

    /** As {@link #read(StreamPath, List)}, for inputs that are parsed already. */
    List<PreparedEvent> take(StreamPath path, List<ParsedInput> inputs, CallerTrust trust, Optional<Chain> chain) {
        int count = inputs.size();
        int[] lengths = inputs.stream().mapToInt(ParsedInput::length).toArray();
        checkBatch(path, lengths);
        for (int i = 0; i < count; i++) {
            checkSize(lengths[i], known.maxBytes(inputs.get(i).type(), limits), new AppendErrors(path, i, count));
        }
        List<PreparedEvent> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(read(inputs.get(i), lengths[i], trust, chain, new AppendErrors(path, i, count)));
        }
        return read;
    }

    private PreparedEvent read(
            ParsedInput input, int length, CallerTrust trust, Optional<Chain> chain, AppendErrors appendErrors) {
        if (input.depth() > limits.jsonDepth()) {
            throw appendErrors.tooDeep(limits.jsonDepth() + 1, limits.jsonDepth());
        }
        if (!input.problem().isEmpty()) {
            return invalid(input, length, input.problem(), chain, appendErrors);
        }
        InputValidator form = input.isObject()
                ? new InputValidator(input.fields(), known)
                : InputValidator.notAnObject(input.asField());
        return form.isValid()
                ? form.input(trust, chain, appendErrors)
                : invalid(input, length, form.problems(), chain, appendErrors);
    }

    /** An invalid event keeps its input, and has the limit of all types. */
    private PreparedEvent invalid(
            ParsedInput input, int length, String problems, Optional<Chain> chain, AppendErrors appendErrors) {
        if (length > limits.eventBytes()) {
            throw appendErrors.invalidTooLarge(length, limits.eventBytes(), problems);
        }
        return SystemEvents.invalid(input.invalid(problems), chain);
    }

    /** Parses a text that nests at most {@code mostDepth} deep. */
    static ParsedInput parse(byte[] json, int mostDepth, AppendErrors appendErrors) {
        try (JsonParser parser = JsonCodec.parser(json)) {
            if (parser.nextToken() == null) {
                throw appendErrors.notJson("it is empty", null, null);
            }
            ParsedInput input = ParsedInput.read(parser, mostDepth);
            if (parser.nextToken() != null) {
                throw appendErrors.notJson("something follows the first value", parser.currentTokenLocation(), null);
            }
            return input;
        } catch (ParsedInput.TooDeepException e) {
            throw appendErrors.tooDeep(mostDepth + 1, mostDepth);
        } catch (JsonProcessingException e) {
            throw appendErrors.notJson(JsonCodec.problem(e), e.getLocation(), e);
        } catch (IOException e) {
            throw appendErrors.notJson(String.valueOf(e.getMessage()), null, e);
        }
    }
}
