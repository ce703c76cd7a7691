@NullMarked
package dev.millrace.core.internal.effect;

import org.jspecify.annotations.NullMarked;
