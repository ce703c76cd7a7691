package dev.millrace.testkit.internal.bytecode;

/**
 * Something that a reducer must not do.
 *
 * @param kind what is wrong with it
 * @param what what it does: {@code java.time.Instant.now()} say
 */
public record DeniedAction(ImpurityKind kind, String what) {}
