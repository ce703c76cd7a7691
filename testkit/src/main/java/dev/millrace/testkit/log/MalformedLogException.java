package dev.millrace.testkit.log;

/**
 * Thrown if a YAML log cannot be read, or if another YAML reader would read it differently. The message is {@code
 * file:line:column: problem; what to do}; IDEs show it as a link.
 *
 * @since 0.1
 */
public final class MalformedLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final int column;

    /**
     * Creates the exception for a problem at a place.
     *
     * @param file the file, or another name of the source
     * @param line the line, from 1
     * @param column the column, from 1
     * @param problem what is wrong and what to do
     */
    public MalformedLogException(String file, int line, int column, String problem) {
        super(file + ":" + line + ":" + column + ": " + problem);
        this.file = file;
        this.line = line;
        this.column = column;
    }

    /** The file, or another name of the source. */
    public String file() {
        return file;
    }

    /** The line, from 1. */
    public int line() {
        return line;
    }

    /** The column, from 1. */
    public int column() {
        return column;
    }
}
