/**
 * Tools for unit tests of processors: logs in YAML, a given/when/then fixture with the real runner and engine, checks
 * that a reducer is pure, and AssertJ assertions. Begin with {@link dev.millrace.testkit.fixture.ProcessorFixture} and
 * {@link dev.millrace.testkit.MillraceAssertions}.
 */
@NullMarked
package dev.millrace.testkit;

import org.jspecify.annotations.NullMarked;
