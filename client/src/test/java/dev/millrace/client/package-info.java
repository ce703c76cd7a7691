/** Tests of the HTTP client, over real sockets if they need a connection. */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
