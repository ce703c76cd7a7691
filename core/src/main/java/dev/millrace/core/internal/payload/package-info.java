/** How payload classes are described and read strictly, and how old payloads become today's. Not API. */
@NullMarked
package dev.millrace.core.internal.payload;

import org.jspecify.annotations.NullMarked;
