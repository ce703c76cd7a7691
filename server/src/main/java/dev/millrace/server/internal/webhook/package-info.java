/** What HTTP requests of webhook senders say beside their bodies. Not API. */
@NullMarked
package dev.millrace.server.internal.webhook;

import org.jspecify.annotations.NullMarked;
