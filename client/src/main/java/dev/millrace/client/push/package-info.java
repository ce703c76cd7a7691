/** A receiver of push deliveries: it checks their signatures and runs a processor on the events. */
@NullMarked
package dev.millrace.client.push;

import org.jspecify.annotations.NullMarked;
