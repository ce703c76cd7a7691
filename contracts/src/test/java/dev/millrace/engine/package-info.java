/** Tests of the engine that need the checks of the contracts. */
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
