package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;

/** Whose progress: a processor's, on a stream. */
record ProgressKey(String slug, StreamPath path) {
    static ProgressKey of(Progress progress) {
        return new ProgressKey(progress.slug(), progress.path());
    }

    @Override
    public String toString() {
        return "'" + slug + "' on " + path;
    }
}
