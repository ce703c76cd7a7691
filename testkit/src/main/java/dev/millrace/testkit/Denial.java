package dev.millrace.testkit;

/**
 * Something that a reducer must not do.
 *
 * @param kind what is wrong with it
 * @param what what it does: {@code java.time.Instant.now()} say
 */
record Denial(ImpurityKind kind, String what) {}
