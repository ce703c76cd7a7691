package dev.millrace.benchmarks.suite;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a run measures.
 *
 * @param roundsPerStart after so many rounds, the subjects are started and warmed up anew
 * @param warmUp how long each subject works after a start, before its first round
 * @param time how long each subject works in a round
 * @param directory for the data of the subjects; on the disk that is measured
 * @param npm the directory with {@code node_modules} and the programs for Node
 * @param size the number of events or turns of rows that have one; 0 is the default of each row
 */
public record Settings(
        int rounds, int roundsPerStart, Duration warmUp, Duration time, Path directory, Path npm, int size) {
    public int sizeOr(int byDefault) {
        return size > 0 ? size : byDefault;
    }
}
