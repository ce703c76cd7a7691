@NullMarked
package dev.millrace.core.payload;

import org.jspecify.annotations.NullMarked;
