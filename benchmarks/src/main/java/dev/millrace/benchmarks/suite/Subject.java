package dev.millrace.benchmarks.suite;

/** What is measured in a row: Millrace, or what it is compared with. */
public record Subject(String name, Opening opening) {
    /** Starts what is measured. */
    @FunctionalInterface
    public interface Opening {
        /** @throws AbsentException if a program is not installed */
        Measurement open(Settings settings) throws Exception;
    }
}
