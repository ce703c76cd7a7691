package dev.millrace.testkit.internal.bytecode;

import java.util.List;

/**
 * Something that the bytecode of a reducer does, or what it calls, and must not.
 *
 * @param denial what
 * @param chain how a run gets there, from the reducer to the place itself
 */
public record ImpureCall(DeniedAction denial, List<Step> chain) {
    /**
     * A place in the code.
     *
     * @param unit the method
     * @param file the source file, or empty
     * @param line the line, 0 if the class file does not say
     */
    record Step(MethodId unit, String file, int line) {
        @Override
        public String toString() {
            return unit.inWords() + " (" + (file.isEmpty() ? "unknown source" : file) + (line > 0 ? ":" + line : "")
                    + ")";
        }
    }

    /** A sentence for a message; the place first, then the way to it. */
    public String inWords() {
        Step place = chain.get(chain.size() - 1);
        StringBuilder words = new StringBuilder()
                .append(MethodId.dotted(place.unit().owner()))
                .append(" ")
                .append(denial.kind().observation())
                .append(": ")
                .append(denial.what())
                .append(" in ")
                .append(place);
        if (chain.size() > 1) {
            words.append("; called by ");
            for (int i = 0; i < chain.size(); i++) {
                words.append(i == 0 ? "" : " -> ").append(chain.get(i));
            }
        }
        return words.append("; ").append(denial.kind().remedy()).toString();
    }
}
