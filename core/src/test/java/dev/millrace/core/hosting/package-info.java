@NullMarked
package dev.millrace.core.hosting;

import org.jspecify.annotations.NullMarked;
