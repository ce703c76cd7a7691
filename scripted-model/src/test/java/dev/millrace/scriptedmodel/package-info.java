/** Tests of the scripted model server, over real sockets. */
@NullMarked
package dev.millrace.scriptedmodel;

import org.jspecify.annotations.NullMarked;
