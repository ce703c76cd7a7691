/**
 * The runner: it catches a processor's state up, goes live, and decides in one place which events may cause effects. See
 * docs/runner.md for the rules and for which thread runs what.
 */
@NullMarked
package dev.millrace.core.runner;

import org.jspecify.annotations.NullMarked;
