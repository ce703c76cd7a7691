/** One run of a processor over one stream, and what callers can await or observe of it. Not API. */
@NullMarked
package dev.millrace.core.internal.run;

import org.jspecify.annotations.NullMarked;
