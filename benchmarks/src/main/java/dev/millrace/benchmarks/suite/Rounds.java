package dev.millrace.benchmarks.suite;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures the subjects of a row in turns. Each is started and warmed up equally long; then each works once in every
 * round, and another one begins in the next round. After some rounds all are stopped and started anew, and another one
 * is started first: two processes with the same code can differ for as long as they run.
 */
public final class Rounds {
    private final Settings settings;
    private final PrintStream progress;

    public Rounds(Settings settings, PrintStream progress) {
        this.settings = settings;
        this.progress = progress;
    }

    public RowResult run(Row row, List<Subject> subjects) {
        progress.println(row.id() + ": " + row.title());
        List<Contender> contenders = subjects.stream()
                .map(subject -> new Contender(subject, row.measures().size()))
                .toList();
        for (int round = 0, starts = 0; round < settings.rounds(); starts++) {
            try {
                for (Contender contender : turned(contenders, starts)) {
                    contender.attempt(contender::start);
                }
                int end = Math.min(settings.rounds(), round + settings.roundsPerStart());
                for (; round < end; round++) {
                    for (Contender contender : turned(contenders, round)) {
                        contender.attempt(contender::measure);
                    }
                    progress.println(
                            row.id() + ": round " + (round + 1) + " of " + settings.rounds() + latest(contenders));
                }
            } finally {
                contenders.forEach(Contender::stop);
            }
        }
        return new RowResult(
                row.id(),
                row.title(),
                row.measures(),
                contenders.stream().map(Contender::line).toList());
    }

    /** The same in the same order, but another one is first. */
    private static List<Contender> turned(List<Contender> contenders, int by) {
        List<Contender> turned = new ArrayList<>(contenders);
        Collections.rotate(turned, -by);
        return turned;
    }

    private static String latest(List<Contender> contenders) {
        StringBuilder text = new StringBuilder();
        for (Contender contender : contenders) {
            if (contender.problem == null) {
                text.append("; ").append(contender.subject.name()).append(' ').append(Figures.text(contender.latest));
            }
        }
        return text.toString();
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private final class Contender {
        private final Subject subject;
        private final List<Samples> samples = new ArrayList<>();
        private @Nullable Measurement measurement;
        private @Nullable String problem;
        private boolean failed;
        private double latest;

        Contender(Subject subject, int measures) {
            this.subject = subject;
            for (int i = 0; i < measures; i++) {
                samples.add(new Samples());
            }
        }

        void start() throws Exception {
            Measurement opened = subject.opening().open(settings);
            measurement = opened;
            opened.warmUp(settings.warmUp());
        }

        void measure() throws Exception {
            Measurement opened = measurement;
            if (opened == null) {
                throw new IllegalStateException("not started");
            }
            double[] figures = opened.run(settings.time());
            for (int i = 0; i < samples.size(); i++) {
                samples.get(i).add(figures[i]);
            }
            latest = figures[0];
        }

        /** Runs a step unless an earlier one failed; a failure ends this subject, and no other. */
        void attempt(Step step) {
            if (problem != null) {
                return;
            }
            try {
                step.run();
            } catch (AbsentException absent) {
                problem = "skipped: " + absent.getMessage();
            } catch (Exception failure) {
                if (failure instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                failed = true;
                problem = "failed: " + failure;
                failure.printStackTrace(progress);
            }
            if (problem != null) {
                progress.println(subject.name() + ": " + problem);
            }
        }

        void stop() {
            Measurement opened = measurement;
            measurement = null;
            if (opened != null) {
                try {
                    opened.close();
                } catch (Exception failure) {
                    progress.println(subject.name() + ": could not be stopped: " + failure);
                }
            }
        }

        RowResult.Line line() {
            return new RowResult.Line(subject.name(), List.copyOf(samples), Optional.ofNullable(problem), failed);
        }
    }
}
