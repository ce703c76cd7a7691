/** The rules of the runner, one by one, over the real engine. */
@NullMarked
package dev.millrace.engine.runner;

import org.jspecify.annotations.NullMarked;
