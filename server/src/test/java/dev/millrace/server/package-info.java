/** Tests of the server: unit tests, and tests over real sockets. */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
