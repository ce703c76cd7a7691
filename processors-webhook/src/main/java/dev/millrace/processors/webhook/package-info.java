/** A processor that pushes events to HTTP endpoints and WebSockets. */
@NullMarked
package dev.millrace.processors.webhook;

import org.jspecify.annotations.NullMarked;
