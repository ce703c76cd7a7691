/** The sandbox of a script: its engine, its thread, its limits. Not API. */
@NullMarked
package dev.millrace.processors.script.internal.sandbox;

import org.jspecify.annotations.NullMarked;
