@NullMarked
package dev.millrace.core.internal.progress;

import org.jspecify.annotations.NullMarked;
