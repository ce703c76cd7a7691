package dev.millrace.testkit.internal.bytecode;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A finding of {@link ReducerScanner}: impure code that the reducer contains or calls.
 *
 * @param denial the impure code
 * @param chain the calls that lead to it, from the reducer to the place itself
 */
public record ImpureCall(DeniedAction denial, List<Step> chain) {
    /**
     * A place in the code.
     *
     * @param file the source file, or empty if unknown
     * @param line the line, or 0 if unknown
     */
    record Step(MethodId unit, String file, int line) {
        @Override
        public String toString() {
            return unit.inWords() + " (" + (file.isEmpty() ? "unknown source" : file) + (line > 0 ? ":" + line : "")
                    + ")";
        }
    }

    /** The finding for messages: the place, the calls that lead to it, and the remedy. */
    public String inWords() {
        Step place = chain.get(chain.size() - 1);
        String calls = chain.stream().map(Step::toString).collect(Collectors.joining(" -> "));
        return MethodId.dotted(place.unit().owner()) + " " + denial.kind().observation() + ": " + denial.what() + " in "
                + place + (chain.size() > 1 ? "; called by " + calls : "") + "; "
                + denial.kind().remedy();
    }
}
