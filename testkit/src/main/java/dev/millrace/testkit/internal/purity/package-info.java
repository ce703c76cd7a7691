/** The checks that a reducer is pure, and the second JVM in which logs are folded again. Not API. */
@NullMarked
package dev.millrace.testkit.internal.purity;

import org.jspecify.annotations.NullMarked;
