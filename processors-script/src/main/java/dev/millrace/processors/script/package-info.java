/** A processor that runs code which arrives as an event, in a sandbox. */
@NullMarked
package dev.millrace.processors.script;

import org.jspecify.annotations.NullMarked;
