/** Sending one message to one subscriber, over HTTP or a WebSocket. Not API. */
@NullMarked
package dev.millrace.processors.webhook.internal.send;

import org.jspecify.annotations.NullMarked;
