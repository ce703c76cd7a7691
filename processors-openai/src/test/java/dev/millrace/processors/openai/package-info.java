/** Tests of the agent: unit tests of its pure parts, and tests with a real model server, engine and runner. */
@NullMarked
package dev.millrace.processors.openai;

import org.jspecify.annotations.NullMarked;
