/** Tests of the module: unit tests of its pure parts, and tests with a real model server, engine and runner. */
@NullMarked
package dev.millrace.processors.anthropic;

import org.jspecify.annotations.NullMarked;
