/**
 * The client of a Millrace server: {@link dev.millrace.client.HttpEventStreams} for its streams, and {@link
 * dev.millrace.client.push.PushReceiver} for its webhooks.
 *
 * <p>Threads: the futures of appends, reads and states complete on threads of the client. Every live tail has one
 * thread, which reads its socket and calls its subscriber. A wait between two attempts uses a timer and no thread.
 */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
