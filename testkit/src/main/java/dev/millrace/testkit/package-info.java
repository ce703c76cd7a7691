/**
 * For unit-testing processors in an IDE: logs in YAML, a given/when/then fixture over the real runner and engine, proofs
 * that a reducer is pure, and AssertJ assertions. Begin with {@link dev.millrace.testkit.fixture.ProcessorFixture} and {@link
 * dev.millrace.testkit.MillraceAssertions}.
 */
@NullMarked
package dev.millrace.testkit;

import org.jspecify.annotations.NullMarked;
