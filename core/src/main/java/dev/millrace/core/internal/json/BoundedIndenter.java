package dev.millrace.core.internal.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import java.io.IOException;
import java.io.Serial;

/**
 * Indents by two spaces, for at most 32 levels. Without a bound, the length of the result would grow with the square of
 * the depth.
 */
public final class BoundedIndenter extends DefaultIndenter {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MOST_LEVELS = 32;

    public BoundedIndenter() {
        super("  ", "\n");
    }

    @Override
    public void writeIndentation(JsonGenerator generator, int level) throws IOException {
        super.writeIndentation(generator, Math.min(level, MOST_LEVELS));
    }
}
