/** Appends, forks and destroys: validation, the append rules, and the events that they store. Not API. */
@NullMarked
package dev.millrace.engine.internal.append;

import org.jspecify.annotations.NullMarked;
