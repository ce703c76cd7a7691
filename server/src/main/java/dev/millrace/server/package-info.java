/**
 * The HTTP face of the engine: {@link dev.millrace.server.MillraceServer} and nothing else is public.
 *
 * <p>No thread belongs to a connection. Requests are decided on the threads of the HTTP server's pool; bodies are read
 * and answers are written asynchronously; a live read costs a timer and a cursor.
 */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
