@NullMarked
package dev.millrace.core.internal.lease;

import org.jspecify.annotations.NullMarked;
