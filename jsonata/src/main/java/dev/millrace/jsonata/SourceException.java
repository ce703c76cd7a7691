package dev.millrace.jsonata;

/** Thrown if the text of an expression is refused before it is parsed. */
final class SourceException extends RuntimeException {
    private final int position;

    SourceException(String why, int position) {
        super(why);
        this.position = position;
    }

    int position() {
        return position;
    }
}
