/**
 * Streams over HTTP: {@link dev.millrace.client.HttpEventStreams}, the one public type, is the port of {@code core} against
 * a Millrace server.
 *
 * <p>Which thread does what: appends, reads and states are asynchronous calls, and their futures complete on this
 * client's own threads. Every live tail has one thread, which reads its socket and calls its subscriber; while the
 * subscriber is busy nothing is read. Waiting between two attempts takes no thread, only a timer.
 */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
