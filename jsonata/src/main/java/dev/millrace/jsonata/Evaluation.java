package dev.millrace.jsonata;

import com.dashjoin.jsonata.JException;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The frame of one evaluation: gives it an {@link EvaluationMeter} and a permit, and translates its exceptions. */
final class Evaluation {
    /** Permits to run, which limit the memory of all evaluations together. */
    private static final Semaphore TURNS =
            new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

    private Evaluation() {}

    static <T> T run(String text, EvaluationLimits evaluationLimits, Instant now, Function<EvaluationMeter, T> work) {
        TURNS.acquireUninterruptibly();
        EvaluationMeter meter = new EvaluationMeter(evaluationLimits, now);
        EvaluationMeter.begin(meter);
        try {
            return work.apply(meter);
        } catch (EvaluationException e) {
            throw new EvaluationException(failed(text, e.getMessage()), e.getCause());
        } catch (JException e) {
            throw new EvaluationException(failed(text, EvaluationErrors.of(e)));
        } catch (StackOverflowError e) {
            throw new EvaluationException(failed(text, "it recurses too deeply"));
        } catch (OutOfMemoryError e) {
            throw new EvaluationException(failed(text, "the JVM has too little memory for it"));
        } catch (VirtualMachineError | LinkageError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new EvaluationException(failed(text, EvaluationErrors.of(e)), e);
        } finally {
            EvaluationMeter.end();
            TURNS.release();
        }
    }

    private static String failed(String text, @Nullable String why) {
        return "cannot evaluate JSONata: " + EvaluationErrors.excerpt(text) + "; " + why;
    }
}
