package dev.millrace.benchmarks.suite;

import java.util.Locale;

/** Figures as text, with three digits or more. */
public final class Figures {
    private Figures() {}

    public static String text(double figure) {
        double size = Math.abs(figure);
        String format = size >= 100 || size == 0 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f";
        return String.format(Locale.ROOT, format, figure);
    }

    /** The lowest and the highest figure. */
    public static String spread(Samples samples) {
        return text(samples.min()) + " - " + text(samples.max());
    }
}
