@NullMarked
package dev.millrace.core.internal.run;

import org.jspecify.annotations.NullMarked;
