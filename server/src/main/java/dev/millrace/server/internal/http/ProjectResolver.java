package dev.millrace.server.internal.http;

import dev.millrace.core.ProjectSlug;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The project of a request, named by header, query or host label; {@code public} by default. */
public final class ProjectResolver {
    static final List<String> HEADERS = List.of("X-Project-Slug", "X-Iterate-Project");

    public static final String PARAMETER = "projectSlug";

    private Optional<ProjectSlug> chosen = Optional.empty();
    private String chosenBy = "";

    /**
     * Adds a project name and its source (header or parameter, for the error). Throws an {@link HttpErrorException} if
     * the text is no slug or another source named another project.
     */
    void name(String source, String text) {
        ProjectSlug slug;
        try {
            slug = ProjectSlug.of(text);
        } catch (IllegalArgumentException e) {
            throw HttpErrorException.badRequest(
                    source,
                    source + " must be a non-empty string of at most " + ProjectSlug.MAX_LENGTH + " characters, got "
                            + text.strip().length());
        }
        OptionalInt control =
                text.strip().chars().filter(Character::isISOControl).findFirst();
        if (control.isPresent()) {
            throw HttpErrorException.badRequest(
                    source,
                    String.format("%s must not have control characters, got U+%04X in it", source, control.getAsInt()));
        }
        if (chosen.isPresent() && !chosen.get().equals(slug)) {
            throw HttpErrorException.badRequest(
                    source,
                    "the request names two projects: " + chosenBy + " is '" + chosen.get() + "', " + source + " is '"
                            + slug + "'; send only one of them");
        }
        if (chosen.isEmpty()) {
            chosen = Optional.of(slug);
            chosenBy = source;
        }
    }

    ProjectSlug project() {
        return chosen.orElse(ProjectSlug.defaultProject());
    }
}
