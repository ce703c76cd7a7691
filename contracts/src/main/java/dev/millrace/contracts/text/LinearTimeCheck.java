package dev.millrace.contracts.text;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A check that the time of a parser is at most linear in the length of its text, that it refuses a text only with the
 * exceptions it names, and that the message of these is at most 5,000 characters longer than the text.
 *
 * <p>It measures the processor time of its own thread, and compares the times for two lengths of the same run: eight
 * times the length may take up to 24 times as long, where a quadratic parser takes 64 times as long. Times below 10 ms
 * are not compared. A parser fails only if each of several measurements exceeds the bound, so a busy machine does not
 * matter. A parser that works on other threads cannot be checked. Immutable.
 *
 * @since 0.1
 */
public final class LinearTimeCheck {
    private static final boolean LONG = Boolean.getBoolean("millrace.long");
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** The time of an exponential parser doubles from one of these to the next, or nearly so. */
    private static final int[] SHORT = {2, 12, 20, 26, 32, 64};

    private static final int LENGTH = 16_000;
    private static final int SAMPLED_SHARE = 8;
    private static final int FACTOR = 8;
    private static final int MOST_TIMES_AS_LONG = 24;
    private static final long NOISE_NANOS = 10_000_000;
    private static final long MOST_FOR_A_SHORT_TEXT_NANOS = 50_000_000;
    private static final int MEASUREMENTS = 6;
    private static final int LONGEST_MESSAGE = 5_000;

    private final String name;
    private final Consumer<String> parser;
    private final List<Class<? extends RuntimeException>> refusals;
    private final int longest;
    private final boolean sampled;

    private LinearTimeCheck(
            String name,
            Consumer<String> parser,
            List<Class<? extends RuntimeException>> refusals,
            int longest,
            boolean sampled) {
        this.name = name;
        this.parser = parser;
        this.refusals = refusals;
        this.longest = longest;
        this.sampled = sampled;
    }

    /**
     * A check of a parser that refuses a text with an {@link IllegalArgumentException}, for texts of up to one million
     * characters with {@code -Dmillrace.long=true}, else 16,000.
     *
     * @param name the name of the parser in a message
     */
    public static LinearTimeCheck of(String name, Consumer<String> parser) {
        return new LinearTimeCheck(
                name, parser, List.of(IllegalArgumentException.class), LONG ? LENGTH * FACTOR * FACTOR : LENGTH, false);
    }

    /** This check, for a parser that refuses a text with this exception too. */
    public LinearTimeCheck refusingWith(Class<? extends RuntimeException> exception) {
        List<Class<? extends RuntimeException>> all = new ArrayList<>(refusals);
        all.add(exception);
        return new LinearTimeCheck(name, parser, List.copyOf(all), longest, sampled);
    }

    /** This check, with texts of up to this length in every build: for a parser that needs little time for long texts. */
    public LinearTimeCheck ofLength(int length) {
        return new LinearTimeCheck(name, parser, refusals, Math.max(length, longest), sampled);
    }

    /**
     * This check, for a parser that needs much time: with one text in eight. With {@code -Dmillrace.long=true} it is this
     * check unchanged.
     */
    public LinearTimeCheck sampled() {
        return new LinearTimeCheck(name, parser, refusals, longest, !LONG);
    }

    /**
     * Checks each text.
     *
     * @throws AssertionError if the parser breaks a rule; the message names the text
     */
    public void check(List<HostileText> texts) {
        for (int i = 0; i < texts.size(); i += sampled ? SAMPLED_SHARE : 1) {
            check(texts.get(i));
        }
    }

    private void check(HostileText text) {
        for (int length : SHORT) {
            checkShort(text, length);
        }
        for (int length = LENGTH; length <= longest; length *= FACTOR) {
            checkLong(text, length);
        }
    }

    private void checkShort(HostileText text, int length) {
        String given = text.ofLength(length);
        long nanos = Long.MAX_VALUE;
        for (int i = 0; i < MEASUREMENTS && nanos > MOST_FOR_A_SHORT_TEXT_NANOS; i++) {
            nanos = Math.min(nanos, measure(text, given));
        }
        if (nanos > MOST_FOR_A_SHORT_TEXT_NANOS) {
            throw failure(text, given, "takes " + millis(nanos) + " ms for so short a text");
        }
    }

    private void checkLong(HostileText text, int length) {
        String given = text.ofLength(length);
        String eighth = text.ofLength(length / FACTOR);
        long whole = measure(text, given);
        long part = Long.MAX_VALUE;
        for (int i = 0; i < MEASUREMENTS && whole > NOISE_NANOS; i++) {
            part = Math.min(part, Math.min(measure(text, eighth), measure(text, eighth)));
            whole = Math.min(whole, measure(text, given));
            if (whole <= MOST_TIMES_AS_LONG * part) {
                return;
            }
        }
        if (whole > NOISE_NANOS) {
            throw failure(
                    text,
                    given,
                    "takes " + millis(whole) + " ms, and " + millis(part) + " ms for an eighth of the length: the time"
                            + " is not linear in the length");
        }
    }

    private long measure(HostileText text, String given) {
        long start = THREADS.getCurrentThreadCpuTime();
        try {
            parser.accept(given);
        } catch (RuntimeException refused) {
            if (refusals.stream().noneMatch(type -> type.isInstance(refused))) {
                throw new AssertionError(describe(text, given) + " failed", refused);
            }
            int message = String.valueOf(refused.getMessage()).length();
            if (message > given.length() + LONGEST_MESSAGE) {
                throw failure(text, given, "is refused with a message of " + message + " characters");
            }
        } catch (StackOverflowError tooDeep) {
            throw failure(text, given, "exhausts the stack");
        }
        return THREADS.getCurrentThreadCpuTime() - start;
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / 1e6);
    }

    private AssertionError failure(HostileText text, String given, String problem) {
        return new AssertionError(describe(text, given) + " " + problem);
    }

    private String describe(HostileText text, String given) {
        return name + ": the text " + text + " of " + given.length() + " characters";
    }
}
