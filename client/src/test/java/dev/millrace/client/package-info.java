/** Tests of the HTTP client, over real sockets wherever a connection is involved. */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
