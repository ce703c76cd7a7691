@NullMarked
package dev.millrace.core.processor;

import org.jspecify.annotations.NullMarked;
