/** Tests of the engine on its in-memory store, with a clock that the tests set. */
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
