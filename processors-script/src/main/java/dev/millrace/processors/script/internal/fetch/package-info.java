/** The gateway through which scripts send HTTP requests. Not API. */
@NullMarked
package dev.millrace.processors.script.internal.fetch;

import org.jspecify.annotations.NullMarked;
