@NullMarked
package dev.millrace.core.internal.append;

import org.jspecify.annotations.NullMarked;
