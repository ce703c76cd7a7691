/** A processor inside an application's own HTTP server; the service calls it when an event is appended. */
@NullMarked
package dev.millrace.examples.push;

import org.jspecify.annotations.NullMarked;
