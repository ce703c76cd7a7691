/**
 * Runners of processors: they compute the state, go live, and decide which events cause effects. docs/runner.md has the
 * rules and the threads.
 */
@NullMarked
package dev.millrace.core.runner;

import org.jspecify.annotations.NullMarked;
