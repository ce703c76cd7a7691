/** Tests of pushing events, with real sockets and a real engine. */
@NullMarked
package dev.millrace.processors.webhook;

import org.jspecify.annotations.NullMarked;
