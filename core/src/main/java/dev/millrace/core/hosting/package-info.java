/**
 * The interface between a server and the processors it runs: {@link dev.millrace.core.hosting.ProcessorProvider} and
 * {@link dev.millrace.core.hosting.HostContext}. A program can also make a context over a client, and run the same
 * processors.
 */
@NullMarked
package dev.millrace.core.hosting;

import org.jspecify.annotations.NullMarked;
