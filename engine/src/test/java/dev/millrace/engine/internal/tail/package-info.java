@NullMarked
package dev.millrace.engine.internal.tail;

import org.jspecify.annotations.NullMarked;
