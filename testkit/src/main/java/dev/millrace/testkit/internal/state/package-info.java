/** States as JSON: how they are written and read, their differences, and places in them. Not API. */
@NullMarked
package dev.millrace.testkit.internal.state;

import org.jspecify.annotations.NullMarked;
