/** Events of tests: how they are made and compared. Not API. */
@NullMarked
package dev.millrace.testkit.internal.event;

import org.jspecify.annotations.NullMarked;
