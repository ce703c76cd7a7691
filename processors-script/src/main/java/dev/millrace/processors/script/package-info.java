/** A processor that runs scripts from events in a sandbox. */
@NullMarked
package dev.millrace.processors.script;

import org.jspecify.annotations.NullMarked;
