@NullMarked
package dev.millrace.engine.internal.threads;

import org.jspecify.annotations.NullMarked;
