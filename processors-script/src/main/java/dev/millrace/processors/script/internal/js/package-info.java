/** A scanner of JavaScript, and the rewriting of its modules. Not API. */
@NullMarked
package dev.millrace.processors.script.internal.js;

import org.jspecify.annotations.NullMarked;
