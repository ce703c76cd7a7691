/** Tests of the engine that need the checks of the contracts. */
@org.jspecify.annotations.NullMarked
package dev.millrace.engine;
