package dev.millrace.server.internal.http;

import dev.millrace.core.ProjectSlug;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Which project a request is about: header, query or host label; {@code public} when it says nothing. */
public final class ProjectResolver {
    /** The headers that name a project. */
    static final List<String> HEADERS = List.of("X-Project-Slug", "X-Iterate-Project");

    /** The query parameter that names a project. */
    public static final String PARAMETER = "projectSlug";

    private Optional<ProjectSlug> chosen = Optional.empty();
    private String chosenBy = "";

    /**
     * Takes one of the places into account.
     *
     * @param source the header or parameter, for the error
     * @throws HttpErrorException when the text is not a slug, or another place named another project
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
                    "the request names two projects: " + chosenBy + " says '" + chosen.get() + "', " + source
                            + " says '" + slug + "'; name one");
        }
        if (chosen.isEmpty()) {
            chosen = Optional.of(slug);
            chosenBy = source;
        }
    }

    /** The project. */
    ProjectSlug project() {
        return chosen.orElse(ProjectSlug.defaultProject());
    }
}
