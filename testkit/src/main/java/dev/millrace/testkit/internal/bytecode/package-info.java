/** The bytecode scanner: what a reducer's code calls, and what it must not call. Not API. */
@NullMarked
package dev.millrace.testkit.internal.bytecode;

import org.jspecify.annotations.NullMarked;
