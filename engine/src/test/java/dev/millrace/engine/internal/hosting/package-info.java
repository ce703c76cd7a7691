/** Tests of the hosting of processors. */
@NullMarked
package dev.millrace.engine.internal.hosting;

import org.jspecify.annotations.NullMarked;
