/** Runs that act only while this process holds the lease. Not API. */
@NullMarked
package dev.millrace.core.internal.lease;

import org.jspecify.annotations.NullMarked;
