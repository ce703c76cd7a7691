package dev.millrace.testkit.log;

/**
 * A YAML log that cannot be read, or that another reader would read differently. The message is {@code
 * file:line:column: what; what to do}, which an IDE turns into a link.
 */
public final class MalformedLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final int column;

    /**
     * A problem at a place.
     *
     * @param file the file, or whatever the source of the text is called
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

    /** The file, or whatever the source of the text is called. */
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
