/** Tests of the engine on its in-memory store, with a clock that is set by hand. */
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
