@NullMarked
package dev.millrace.core.internal.snapshot;

import org.jspecify.annotations.NullMarked;
