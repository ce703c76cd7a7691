/** A processor inside an application's own HTTP server, called by the service when something happens. */
@NullMarked
package dev.millrace.examples.push;

import org.jspecify.annotations.NullMarked;
