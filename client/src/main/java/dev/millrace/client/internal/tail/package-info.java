/** Live tails over server-sent events, with reconnects. Not API. */
@NullMarked
package dev.millrace.client.internal.tail;

import org.jspecify.annotations.NullMarked;
