/** Tests of the agent: unit tests of its pure parts, and tests with a fake model, engine and runner. */
@NullMarked
package dev.millrace.processors.agent;

import org.jspecify.annotations.NullMarked;
