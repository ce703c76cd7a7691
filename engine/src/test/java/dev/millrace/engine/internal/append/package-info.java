@NullMarked
package dev.millrace.engine.internal.append;

import org.jspecify.annotations.NullMarked;
