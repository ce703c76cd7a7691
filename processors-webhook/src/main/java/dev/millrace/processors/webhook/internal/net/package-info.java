/** Which addresses may be called, and the HTTP clients that keep to them. Not API. */
@NullMarked
package dev.millrace.processors.webhook.internal.net;

import org.jspecify.annotations.NullMarked;
