package dev.millrace.jsonata;

import com.dashjoin.jsonata.Parser;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The resource limiter of one evaluation. It is called before and after every sub-expression and built-in function, and
 * throws an {@link EvaluationException} if a limit is exceeded. Confined to the evaluating thread.
 */
final class EvaluationMeter {
    private static final ThreadLocal<EvaluationMeter> CURRENT = new ThreadLocal<>();
    private static final @Nullable ThreadMXBean THREADS =
            ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean ? bean : null;

    private final EvaluationLimits evaluationLimits;
    private final Instant now;
    private final ValueSizeLimiter valueSizeLimiter;
    private final long startedAt = System.nanoTime();
    private final long cpuAtStart = cpu();
    private final long allocatedAtStart = allocated();
    private final long nanos;
    private long nextLook;
    private int depth;

    /** For each open sub-expression: how many of its own have a result, and how many of these are numbers. */
    private final int[] parts;

    private final int[] numbers;

    EvaluationMeter(EvaluationLimits evaluationLimits, Instant now) {
        this.evaluationLimits = evaluationLimits;
        this.now = now;
        this.valueSizeLimiter = new ValueSizeLimiter(evaluationLimits.valueWeight(), evaluationLimits.stringLength());
        this.nanos = evaluationLimits.time().toNanos();
        this.nextLook = nanos;
        this.parts = new int[evaluationLimits.depth() + 1];
        this.numbers = new int[evaluationLimits.depth() + 1];
    }

    static void begin(EvaluationMeter meter) {
        CURRENT.set(meter);
    }

    static void end() {
        CURRENT.remove();
    }

    /** The meter of the evaluation that runs on this thread. */
    static EvaluationMeter current() {
        EvaluationMeter meter = CURRENT.get();
        if (meter == null) {
            throw new IllegalStateException("no evaluation runs on this thread");
        }
        return meter;
    }

    Instant now() {
        return now;
    }

    ValueSizeLimiter weights() {
        return valueSizeLimiter;
    }

    void enter() {
        if (++depth > evaluationLimits.depth()) {
            throw new EvaluationException("it recurses too deeply (limit: depth " + evaluationLimits.depth() + ")");
        }
        parts[depth] = 0;
        numbers[depth] = 0;
        check();
    }

    void exit(Parser.Symbol symbol, @Nullable Object result) {
        if (result == null && parts[depth] == 2 && numbers[depth] == 2 && isDivision(symbol)) {
            throw new EvaluationException("a number is divided by zero");
        }
        depth--;
        parts[depth]++;
        numbers[depth] += result instanceof Number ? 1 : 0;
        if (result instanceof Pattern) {
            throw new EvaluationException("a regular expression is not allowed here");
        }
        made(result);
    }

    /** The evaluator makes no value of {@code 0/0} and {@code 5%0}, as if an operand were absent. */
    private static boolean isDivision(Parser.Symbol symbol) {
        String text = symbol.toString(); // it has no other way to tell the operator
        return text.endsWith(" value=/") || text.endsWith(" value=%");
    }

    /** Checks a value that was created or is used again. */
    void made(@Nullable Object value) {
        if (value instanceof Double number && !Double.isFinite(number)) {
            throw new EvaluationException("a number is too large, or divided by zero");
        }
        valueSizeLimiter.weigh(value);
        check();
    }

    void check() {
        checkTime();
        if (allocated() - allocatedAtStart > evaluationLimits.allocatedBytes()) {
            throw new EvaluationException(
                    "it uses too much memory (limit: allocatedBytes " + evaluationLimits.allocatedBytes() + ")");
        }
    }

    /** Cheap enough for an inner loop. */
    void checkTime() {
        long elapsed = System.nanoTime() - startedAt;
        if (elapsed <= nextLook) {
            return;
        }
        long used = cpuAtStart < 0 ? elapsed : cpu() - cpuAtStart;
        if (used > nanos || elapsed > 10 * nanos) {
            throw new EvaluationException(
                    "it takes too long (limit: time " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms)");
        }
        nextLook = elapsed + Math.max(1, nanos - used);
    }

    private static long cpu() {
        return THREADS != null && THREADS.isCurrentThreadCpuTimeSupported() ? THREADS.getCurrentThreadCpuTime() : -1;
    }

    private static long allocated() {
        return THREADS != null && THREADS.isThreadAllocatedMemorySupported()
                ? THREADS.getCurrentThreadAllocatedBytes()
                : 0;
    }
}
