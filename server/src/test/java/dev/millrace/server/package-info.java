/** Tests of the server: rules beside their classes, the wire over real sockets. */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
