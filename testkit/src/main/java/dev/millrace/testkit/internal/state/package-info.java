/** States as JSON: their differences, places in them, and approved states. Not API. */
@NullMarked
package dev.millrace.testkit.internal.state;

import org.jspecify.annotations.NullMarked;
