/** Recorded logs: YAML files with the events of one stream, for tests that replay them. */
@NullMarked
package dev.millrace.testkit.log;

import org.jspecify.annotations.NullMarked;
