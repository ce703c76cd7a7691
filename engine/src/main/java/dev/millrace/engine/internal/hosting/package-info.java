/** The processors that an engine runs itself. Not API. */
@NullMarked
package dev.millrace.engine.internal.hosting;

import org.jspecify.annotations.NullMarked;
