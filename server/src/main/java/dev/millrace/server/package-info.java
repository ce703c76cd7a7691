/**
 * The HTTP server of an engine. {@link dev.millrace.server.MillraceServer} is the only public type of this package.
 *
 * <p>No connection has a thread of its own. The threads of the HTTP server parse requests; bodies are read and answers
 * are written asynchronously. A live read costs one timer and one tail.
 */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
