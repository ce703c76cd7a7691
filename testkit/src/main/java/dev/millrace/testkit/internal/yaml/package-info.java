/** The YAML of logs and states, read as JSON and written. Not API. */
@NullMarked
package dev.millrace.testkit.internal.yaml;

import org.jspecify.annotations.NullMarked;
