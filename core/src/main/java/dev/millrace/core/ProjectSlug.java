package dev.millrace.core;

/**
 * The name of a project, which is a namespace of streams: the same path in two projects names two independent streams.
 *
 * @param value 1 to {@value #MAX_LENGTH} characters, trimmed
 * @since 0.1
 */
public record ProjectSlug(String value) {
    /** The longest slug, in characters. */
    public static final int MAX_LENGTH = 255;

    private static final ProjectSlug PUBLIC = new ProjectSlug("public");

    /** @throws IllegalArgumentException if the slug is blank, not trimmed or too long */
    public ProjectSlug {
        if (value.isEmpty() || value.length() > MAX_LENGTH || !value.equals(value.strip())) {
            throw new IllegalArgumentException(
                    "project slug must be a non-empty string of at most " + MAX_LENGTH + " characters, got "
                            + (value.length() > MAX_LENGTH ? value.length() + " characters" : "'" + value + "'"));
        }
    }

    /** The project of callers that name none: {@code public}. */
    public static ProjectSlug defaultProject() {
        return PUBLIC;
    }

    /**
     * Trims the text.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public static ProjectSlug of(String text) {
        return new ProjectSlug(text.strip());
    }

    @Override
    public String toString() {
        return value;
    }
}
