package dev.millrace.testkit.internal.bytecode;

/**
 * One thing that a reducer does and must not do.
 *
 * @param kind the kind of impurity
 * @param what the call or value, for example {@code java.time.Instant.now()}
 */
public record DeniedAction(ImpurityKind kind, String what) {}
